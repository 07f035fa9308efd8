// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reading memory that may not be there.  What the vendor and the OS hand over is only as good as
 * their word: a bad pointer must fault in the callee, as without the recorder, not here.
 */
#ifndef HIL_RECORDER_SAFE_COPY_H
#define HIL_RECORDER_SAFE_COPY_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

void safe_copy_open(void);
void safe_copy_close(void);

/* False, and `to` undefined, if any byte of `from` cannot be read. */
bool safe_copy(void *to, const void *from, size_t size);

/* Whether memory is there to be read, without touching it: where it may well be gone by right, a
 * fault of ours, though handled, is one that the vendor's exception handlers could see first. */
bool safe_is_there(const void *from, size_t size);

/* Copy on the process heap for HeapFree, or NULL if it cannot be read (or size is 0). */
void *safe_duplicate(const void *from, size_t size);

/* Copy of a NUL-terminated text, at most `limit` characters; *length without the NUL. */
WCHAR *safe_wide(const WCHAR *from, size_t limit, size_t *length);

#endif
