// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Which calls of the interface the current thread is in.
 *
 * A frame goes when its function returns, or when a later one of the thread finds it gone: an
 * exception or longjmp may have taken its stack away.
 */
#ifndef HIL_RECORDER_STACK_H
#define HIL_RECORDER_STACK_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Frame {
    uintptr_t at; /* an address in the wrapper's stack frame: stacks grow down */
    const char *function;
    uint64_t number;
    bool handler; /* called by the OS; else by the vendor */
} Frame;

void stack_open(void);
void stack_close(void);

/* Takes the innermost frame off that cannot be there any more below a running function's, which
 * returned by no return; false if there is none. */
bool stack_take_abandoned(uintptr_t at, Frame *frame);
void stack_push(const Frame *frame);
/* The function with this frame has returned. */
void stack_pop(uintptr_t at);

/* Innermost handler the current thread is in, or NULL. */
const Frame *stack_innermost_handler(void);

#endif
