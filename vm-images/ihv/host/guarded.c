// SPDX-License-Identifier: GPL-2.0-or-later
#include "guarded.h"

#include <stdint.h>
#include <string.h>

#define PAGE 4096u
#define KEPT 1024 /* freed buffers whose addresses are not given away: of a few connections */

static SRWLOCK lock = SRWLOCK_INIT;
static void *kept[KEPT];
static unsigned next_kept;

Guarded guarded_new(size_t size, size_t alignment)
{
    Guarded buffer = {NULL, NULL};
    size_t padded = (size + alignment - 1) & ~(alignment - 1);
    size_t pages = (padded + PAGE - 1) / PAGE;
    if (pages == 0)
        pages = 1;
    /* The last page stays reserved only: inaccessible. */
    uint8_t *base = VirtualAlloc(NULL, (pages + 1) * PAGE, MEM_RESERVE, PAGE_NOACCESS);
    if (base == NULL)
        return buffer;
    if (VirtualAlloc(base, pages * PAGE, MEM_COMMIT, PAGE_READWRITE) == NULL) {
        VirtualFree(base, 0, MEM_RELEASE);
        return buffer;
    }
    buffer.base = base;
    buffer.data = base + pages * PAGE - padded;
    return buffer;
}

Guarded guarded_copy(const void *data, size_t size, size_t alignment)
{
    Guarded buffer = guarded_new(size, alignment);
    if (buffer.data != NULL && size != 0)
        memcpy(buffer.data, data, size);
    return buffer;
}

/* The address stays reserved until its place in the ring is needed. */
static void keep(void *base)
{
    AcquireSRWLockExclusive(&lock);
    void *oldest = kept[next_kept];
    kept[next_kept] = base;
    next_kept = (next_kept + 1) % KEPT;
    ReleaseSRWLockExclusive(&lock);
    if (oldest != NULL)
        VirtualFree(oldest, 0, MEM_RELEASE);
}

void guarded_free(Guarded *buffer)
{
    if (buffer->base != NULL) {
        VirtualFree(buffer->base, 0, MEM_DECOMMIT);
        keep(buffer->base);
    }
    buffer->data = buffer->base = NULL;
}
