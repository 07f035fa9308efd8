// SPDX-License-Identifier: GPL-2.0-or-later
/* The memory of Dot11ExtAllocateBuffer: what is handed out, and what the DLL hands back as a result
 * of a handler, which the OS side frees ("Dot11ExtAllocateBuffer", "Dot11ExtFreeBuffer"). */
#ifndef HIL_HOST_BUFFERS_H
#define HIL_HOST_BUFFERS_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

void buffers_open(void);
/* Zeroed memory, or NULL. */
void *buffers_new(size_t size);
/* Frees a buffer that was handed out and not freed yet; false, and nothing done, for all else. */
bool buffers_free(void *buffer);
/* Its size in bytes; 0 if it is none of ours, or freed. */
size_t buffers_size(const void *buffer);

#endif
