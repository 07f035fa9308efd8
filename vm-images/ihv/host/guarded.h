// SPDX-License-Identifier: GPL-2.0-or-later
/* Buffers whose end touches an inaccessible page: a DLL that reads or writes past what it was
 * given faults at once instead of going unnoticed. */
#ifndef HIL_GUARDED_H
#define HIL_GUARDED_H

#include <stddef.h>
#include <windows.h>

typedef struct Guarded {
    void *data; /* NULL if not allocated */
    void *base;
} Guarded;

/* size zeroed bytes. `alignment` is the data's (a power of two): when it does not divide size,
 * up to alignment - 1 bytes of slack follow the data. */
Guarded guarded_new(size_t size, size_t alignment);
Guarded guarded_copy(const void *data, size_t size, size_t alignment);

/* From now on a late access by the DLL faults; and for the next thousand buffers, or so, no other
 * has the address, so that it can be told which one was meant. */
void guarded_free(Guarded *buffer);

#endif
