# SPDX-License-Identifier: GPL-2.0-or-later
# Turns the freshly installed tree into the reference guest's disk. mmdebstrap runs this text with
# `sh -c`, as (possibly only mapped) root, outside the tree: $1 is the tree's path. It must not read
# any file of the project, which an unprivileged build cannot reach from its user namespace.
set -eu
cd / # find(1) wants to come back, which it cannot to a builder's private home
root=$1
prefix=/var/lib/wine
drive=$root$prefix/drive_c

say() { printf 'hil-stage: %s\n' "$*" >&2; }

say accounts
# Administrator is a second name of uid 0, so that one Wine server and one prefix serve the SSH
# sessions and the services alike. It comes first: Wine takes its user name from getpwuid(0).
{
    echo "Administrator:x:0:0:Administrator:$prefix/drive_c/users/Administrator:/opt/hil/bin/winshell"
    cat "$root/etc/passwd"
} >"$root/etc/passwd.new"
mv "$root/etc/passwd.new" "$root/etc/passwd"
# "*" means no password matches; "!" would mean locked, which sshd refuses even with a key.
sed -i 's/^root:[^:]*:/root:*:/' "$root/etc/shadow"
echo 'Administrator:*:20000:0:99999:7:::' >>"$root/etc/shadow"
echo hil-reference >"$root/etc/hostname"
printf '127.0.0.1 localhost hil-reference\n' >"$root/etc/hosts"
rm -f "$root"/etc/ssh/ssh_host_*

say wine
cat >"$root/tmp/hil.reg" <<'REG'
REGEDIT4

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}\0001]
"DriverDesc"="Reference IEEE 802.11 Adapter"
"ProviderName"="wlan-hil"

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\Class\{4D36E972-E325-11CE-BFC1-08002BE10318}\0001\Ndi\IHVExtensions]
"ExtensibilityDLL"="C:\\drivers\\ihvsample\\sample.dll"
"AdapterOUI"=dword:00123456

; What rsaenh.dll would register by itself, which it cannot in a prefix this small. CryptProtectData
; and whatever else a DLL wants of CryptoAPI needs it.
[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider\Microsoft Base Cryptographic Provider v1.0]
"Image Path"="rsaenh.dll"
"Type"=dword:00000001
"Signature"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider\Microsoft Enhanced Cryptographic Provider v1.0]
"Image Path"="rsaenh.dll"
"Type"=dword:00000001
"Signature"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider\Microsoft Strong Cryptographic Provider]
"Image Path"="rsaenh.dll"
"Type"=dword:00000001
"Signature"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider\Microsoft RSA SChannel Cryptographic Provider]
"Image Path"="rsaenh.dll"
"Type"=dword:0000000c
"Signature"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider\Microsoft Enhanced RSA and AES Cryptographic Provider]
"Image Path"="rsaenh.dll"
"Type"=dword:00000018
"Signature"=hex:de,ad,be,ef

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider Types\Type 001]
"Name"="Microsoft Strong Cryptographic Provider"
"TypeName"="RSA Full (Signature and Key Exchange)"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider Types\Type 012]
"Name"="Microsoft RSA SChannel Cryptographic Provider"
"TypeName"="RSA SChannel"

[HKEY_LOCAL_MACHINE\Software\Microsoft\Cryptography\Defaults\Provider Types\Type 024]
"Name"="Microsoft Enhanced RSA and AES Cryptographic Provider"
"TypeName"="RSA Full and AES"

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\WlanSvc]
"DisplayName"="WLAN AutoConfig"

; A crash ends the process at once, as under Windows Error Reporting without a debugger.
[HKEY_LOCAL_MACHINE\Software\Microsoft\Windows NT\CurrentVersion\AeDebug]
"Debugger"="none"
"Auto"="1"

[HKEY_CURRENT_USER\Software\Wine\WineDbg]
"ShowCrashDialog"=dword:00000000

[HKEY_CURRENT_USER\Software\Wine\DllOverrides]
"mscoree"=""
"mshtml"=""
"winemenubuilder.exe"=""
"wlanapi"="native,builtin"

[HKEY_CURRENT_USER\Software\Wine\Drivers]
"Audio"=""
"Graphics"="null"

; Hardware this guest does not have
[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\winebus]
"Start"=dword:00000004

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\wineusb]
"Start"=dword:00000004

[HKEY_LOCAL_MACHINE\System\CurrentControlSet\Services\winebth]
"Start"=dword:00000004
REG
# In a process namespace of its own: whatever Wine leaves running, or starts without end, goes with
# it. The prefix takes half a minute. Propagation stays as it is: in a chroot / is no mount point.
timeout --kill-after=5 240 unshare --mount --propagation unchanged --mount-proc="$root/proc" \
    --pid --fork --kill-child \
    chroot "$root" env HOME=/root USER=Administrator LOGNAME=Administrator \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin WINEPREFIX=$prefix WINEDEBUG=-all \
    WINEDLLOVERRIDES='mscoree,mshtml,winemenubuilder.exe=' sh -euc '
        wineboot --init
        wine regedit /S "Z:\\tmp\\hil.reg"
        wineserver -w'
rm -f "$root/tmp/hil.reg"
# FreeType and fontconfig stay, useless as they look: without fontconfig the first program that
# touches a window (a DLL's message window is enough) makes Wine start explorer.exe without end.

say face
mkdir -p "$drive/hil/vendor" "$drive/hilref" "$drive/drivers/ihvsample" "$drive/users/Administrator"
ln -s "$prefix/drive_c" "$root/C:"
# The prefix holds copies of Wine's own PE files: one inode each is enough.
for file in "$root"/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/*; do
    twin=$drive/windows/system32/${file##*/}
    if [ -f "$twin" ] && cmp -s "$file" "$twin"; then ln -f "$file" "$twin"; fi
done
rm -rf "$drive/windows/syswow64" "$drive/windows/system32/gecko" "$drive/windows/winsxs" \
    "$drive/windows/Installer" "$root$prefix/.update-timestamp"
echo disable >"$root$prefix/.update-timestamp"

say artifacts
out=$root/hil-artifacts
mkdir "$out"
mv "$root"/boot/vmlinuz-* "$out/vmlinuz"
cp "$root/usr/bin/busybox" "$out/busybox"
# Unpacking xz takes the emulated processor seconds at each boot; it takes none here.
find "$root/usr/lib/modules" -name '*.ko.xz' -exec xz -d {} +
for version in "$root"/usr/lib/modules/*; do chroot "$root" depmod "${version##*/}"; done
tar -C "$root/usr/lib/modules" -cf "$out/modules.tar" .
# What only a package manager needs
rm -rf "$root"/boot/* "$root"/vmlinuz* "$root"/initrd.img* \
    "$root"/var/cache/* "$root"/var/lib/apt/lists/* "$root"/var/log/* \
    "$root"/usr/share/mime "$root"/usr/share/perl5 "$root"/usr/lib/modules/*/build \
    "$root"/usr/*-w64-mingw32*

say disk
work=$(mktemp -d "$(dirname "$root")/hil-disk.XXXXXX")
tree=$work/tree
trap 'umount "$work/tree" 2>/dev/null || true; rm -rf --one-file-system "$work"' EXIT
mv "$out" "$work/artifacts"
# A plain bind mount shows the tree without the /proc, /sys and /dev that hooks get.
mkdir "$tree"
mount --bind "$root" "$tree"
truncate -s 2G "$work/disk.raw"
PATH=$PATH:/usr/sbin:/sbin
mke2fs -q -t ext4 -O ^has_journal,^metadata_csum,^resize_inode -m 0 -E lazy_itable_init=1,nodiscard \
    -L hil-root -d "$tree" "$work/disk.raw"
# Compressed: a third of the size, and quicker to copy out than the rest.
qemu-img convert -m 8 -W -f raw -O qcow2 -c -o compression_type=zstd "$work/disk.raw" "$work/artifacts/disk.qcow2"
rm "$work/disk.raw"
mv "$work/artifacts" "$out"
chmod -R a+rX "$out"
say done
