// SPDX-License-Identifier: GPL-2.0-or-later
#include "buffers.h"

typedef struct Entry {
    struct Entry *next;
    void *buffer;
    size_t size;
} Entry;

static CRITICAL_SECTION lock;
static Entry *entries;

void buffers_open(void)
{
    InitializeCriticalSection(&lock);
}

void *buffers_new(size_t size)
{
    HANDLE heap = GetProcessHeap();
    Entry *entry = HeapAlloc(heap, 0, sizeof *entry);
    void *buffer = HeapAlloc(heap, HEAP_ZERO_MEMORY, size);
    if (entry == NULL || buffer == NULL) {
        HeapFree(heap, 0, entry);
        HeapFree(heap, 0, buffer);
        return NULL;
    }
    entry->buffer = buffer;
    entry->size = size;
    EnterCriticalSection(&lock);
    entry->next = entries;
    entries = entry;
    LeaveCriticalSection(&lock);
    return buffer;
}

bool buffers_free(void *buffer)
{
    Entry *found = NULL;
    EnterCriticalSection(&lock);
    for (Entry **link = &entries; *link != NULL && found == NULL; link = &(*link)->next) {
        if ((*link)->buffer == buffer) {
            found = *link;
            *link = found->next;
            break;
        }
    }
    LeaveCriticalSection(&lock);
    if (found == NULL)
        return false;
    HeapFree(GetProcessHeap(), 0, buffer);
    HeapFree(GetProcessHeap(), 0, found);
    return true;
}

size_t buffers_size(const void *buffer)
{
    size_t size = 0;
    EnterCriticalSection(&lock);
    for (const Entry *entry = entries; entry != NULL && size == 0; entry = entry->next)
        if (entry->buffer == buffer)
            size = entry->size;
    LeaveCriticalSection(&lock);
    return size;
}
