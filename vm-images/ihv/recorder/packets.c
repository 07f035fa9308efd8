// SPDX-License-Identifier: GPL-2.0-or-later
#include "packets.h"

#include <string.h>

#include "safe_copy.h"
#include "trace.h"

#define MAX_PACKETS 256  /* outstanding at once; more are "unknown" at their completion */
#define MAX_SIZE 65536u /* so are longer ones: bounds what a hostile length costs */

typedef struct Sent {
    HANDLE completion;
    const void *packet;
    ULONG size;
    bool used;
    char hash[2 * TRACE_HASH_BYTES + 1];
} Sent;

static CRITICAL_SECTION lock;
static Sent sent[MAX_PACKETS];

void packets_open(void)
{
    InitializeCriticalSection(&lock);
}

void packets_close(void)
{
    DeleteCriticalSection(&lock);
}

static bool hash_of(const void *packet, ULONG size, char hash[2 * TRACE_HASH_BYTES + 1])
{
    void *copy = size <= MAX_SIZE ? safe_duplicate(packet, size) : NULL;
    if (copy == NULL)
        return false;
    trace_hash(copy, size, hash);
    HeapFree(GetProcessHeap(), 0, copy);
    return true;
}

void packets_sent(HANDLE completion, const void *packet, ULONG size)
{
    Sent entry = {completion, packet, size, false, ""};
    entry.used = hash_of(packet, size, entry.hash);
    Sent *place = NULL;
    EnterCriticalSection(&lock);
    /* In the place of a packet that was never completed: its handle may be in use again. */
    for (size_t i = 0; i < MAX_PACKETS; i++) {
        bool same = sent[i].used && sent[i].completion == completion;
        if (same || (place == NULL && !sent[i].used))
            place = &sent[i];
        if (same)
            break;
    }
    if (place != NULL)
        *place = entry;
    LeaveCriticalSection(&lock);
}

static bool take(HANDLE completion, Sent *entry)
{
    bool found = false;
    EnterCriticalSection(&lock);
    for (size_t i = 0; i < MAX_PACKETS && !found; i++) {
        found = sent[i].used && sent[i].completion == completion;
        if (found) {
            *entry = sent[i];
            sent[i].used = false;
        }
    }
    LeaveCriticalSection(&lock);
    return found;
}

void packets_refused(HANDLE completion)
{
    Sent entry;
    take(completion, &entry);
}

const char *packets_completed(HANDLE completion)
{
    Sent entry;
    char now[2 * TRACE_HASH_BYTES + 1];
    if (!take(completion, &entry))
        return "unknown";
    if (!safe_is_there(entry.packet, entry.size) || !hash_of(entry.packet, entry.size, now))
        return "unreadable";
    return strcmp(now, entry.hash) == 0 ? "unchanged" : "changed";
}
