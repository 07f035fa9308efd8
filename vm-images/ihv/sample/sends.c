// SPDX-License-Identifier: GPL-2.0-or-later
#include "sends.h"

#include <string.h>

#define PACKET_HEADER 8
#define FIRST_HANDLE 0x5e4d0001u

typedef struct Packet {
    struct Packet *next;
    HANDLE adapter;
    HANDLE completion;
    uint8_t data[];
} Packet;

static CRITICAL_SECTION lock;
static Packet *packets;
static uintptr_t last_handle = FIRST_HANDLE;

void sends_open(void)
{
    InitializeCriticalSection(&lock);
}

void sends_close(void)
{
    sends_forget(NULL);
    DeleteCriticalSection(&lock);
}

HANDLE sends_add(HANDLE adapter, const uint8_t peer[6], const uint8_t ether_type[2],
                 const uint8_t *payload, size_t size, void **packet, size_t *packet_size)
{
    Packet *p = HeapAlloc(GetProcessHeap(), 0, sizeof *p + PACKET_HEADER + size);
    if (p == NULL)
        return NULL;
    p->adapter = adapter;
    memcpy(p->data, peer, 6);
    memcpy(p->data + 6, ether_type, 2);
    memcpy(p->data + PACKET_HEADER, payload, size);
    EnterCriticalSection(&lock);
    HANDLE completion = (HANDLE)last_handle++;
    p->completion = completion;
    p->next = packets;
    packets = p;
    LeaveCriticalSection(&lock);
    *packet = p->data;
    *packet_size = PACKET_HEADER + size;
    return completion;
}

HANDLE sends_remove(HANDLE completion)
{
    HANDLE adapter = NULL;
    EnterCriticalSection(&lock);
    for (Packet **link = &packets; *link != NULL; link = &(*link)->next) {
        Packet *p = *link;
        if (p->completion == completion) {
            adapter = p->adapter;
            *link = p->next;
            HeapFree(GetProcessHeap(), 0, p);
            break;
        }
    }
    LeaveCriticalSection(&lock);
    return adapter;
}

void sends_forget(HANDLE adapter)
{
    EnterCriticalSection(&lock);
    for (Packet **link = &packets; *link != NULL;) {
        Packet *p = *link;
        if (adapter == NULL || p->adapter == adapter) {
            *link = p->next;
            HeapFree(GetProcessHeap(), 0, p);
        } else {
            link = &p->next;
        }
    }
    LeaveCriticalSection(&lock);
}
