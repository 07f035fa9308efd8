#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
#
# SQLite: a database in WAL mode cannot be read on a full disk, not even with mode=ro, and the error
# is "disk I/O error".
#
# Expected: a disk without room stops whoever writes, with SQLITE_FULL, "database or disk is full",
#   as it does with a rollback journal; reading needs no room, least of all read-only.
# Seen with sqlite3 3.40.1 (Debian 12), a file that was closed in good order on a tmpfs without a free
#   block, nobody else having it open:
#     journal   opened       SELECT                  INSERT
#     delete    as usual     works                   database or disk is full
#     wal       as usual     disk I/O error (10)     disk I/O error (10)
#     wal       mode=ro      disk I/O error (10)     disk I/O error (10)
#     wal       immutable=1  works                   attempt to write a readonly database
#   A reader, too, makes the index of the WAL (FILE-shm, 32 KiB) beside the file, and what the lack of
#   room for it gives is SQLITE_IOERR_SHMSIZE. The same need makes mode=ro fail in a folder of others.
# Why it matters: the history of a lab's results, in WAL mode for the sake of its parallel writers, is
#   on the disk that captures fill. The night in which they do can then not even be looked up, and
#   what is told makes one suspect the drive.
#   Way round: read a copy on another disk, or with immutable=1 while nobody writes; take "disk I/O
#   error" for a full disk where statvfs says so.
set -eu
T=$(mktemp -d)
trap 'rm -rf "$T"' EXIT
# Debian packages that are not installed are unpacked, with what they need, into $T/root.
debs() {
    apt-get -s install --no-install-recommends "$@" >"$T/plan" 2>/dev/null ||
        { apt-get -qq update >/dev/null && apt-get -s install --no-install-recommends "$@" >"$T/plan"; } || exit 2
    awk '/^Inst/ { print $2 }' "$T/plan" >"$T/names"
    (cd "$T" && xargs -r apt-get -qq download <names 2>apt.log) || { cat "$T/apt.log"; exit 2; }
    for file in "$T"/*.deb; do [ ! -e "$file" ] || dpkg -x "$file" "$T/root"; done
    PATH="$T/root/usr/bin:$T/root/usr/sbin:$T/root/sbin:$PATH"
    LD_LIBRARY_PATH="$(find "$T/root" -type d -path '*/lib/*-linux-gnu*' 2>/dev/null | tr '\n' ':')${LD_LIBRARY_PATH:-}"
    export PATH LD_LIBRARY_PATH
}
debs sqlite3
cd "$T"
mkdir disk
cat >probe.sh <<'END'
set -eu
mount -t tmpfs -o size=1m none disk
for journal in delete wal; do
    echo "PRAGMA journal_mode=$journal; CREATE TABLE runs(n); INSERT INTO runs VALUES (7);" |
        sqlite3 "disk/$journal.db" >/dev/null
done
cat /dev/zero >disk/captures 2>/dev/null || :
ask() {
    said=$(echo "$2" | sqlite3 "file:disk/$1" 2>&1) || :
    printf '%-22s %-32s %s\n' "$1" "$2" "$(echo "$said" | grep -o -e 'disk I/O error' \
        -e 'database or disk is full' -e 'attempt to write a readonly database' -e '^7$' | head -1)"
}
for place in delete.db wal.db 'wal.db?mode=ro' 'wal.db?immutable=1'; do
    ask "$place" 'SELECT n FROM runs;'
    ask "$place" 'INSERT INTO runs VALUES (8);'
done
END
unshare --user --map-root-user --mount true 2>/dev/null ||
    { echo 'this machine gives no user namespace to mount a small disk in' >&2; exit 2; }
unshare --user --map-root-user --mount sh probe.sh >seen
cat seen
cat >want <<'END'
delete.db              SELECT n FROM runs;              7
delete.db              INSERT INTO runs VALUES (8);     database or disk is full
wal.db                 SELECT n FROM runs;              disk I/O error
wal.db                 INSERT INTO runs VALUES (8);     disk I/O error
wal.db?mode=ro         SELECT n FROM runs;              disk I/O error
wal.db?mode=ro         INSERT INTO runs VALUES (8);     disk I/O error
wal.db?immutable=1     SELECT n FROM runs;              7
wal.db?immutable=1     INSERT INTO runs VALUES (8);     attempt to write a readonly database
END
cmp -s seen want || { echo 'CHANGED: what can be done on a full disk differs' >&2; exit 1; }
echo 'as described: no reading of a WAL database on a full disk, and no word of the disk'
