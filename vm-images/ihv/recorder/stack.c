// SPDX-License-Identifier: GPL-2.0-or-later
#include "stack.h"

#include <windows.h>

#define MAX_DEPTH 32 /* calls inside calls of one thread; deeper ones are not kept */

typedef struct Stack {
    unsigned depth;
    Frame frames[MAX_DEPTH];
} Stack;

static DWORD slot = FLS_OUT_OF_INDEXES;

static void WINAPI release(void *stack)
{
    if (stack != NULL)
        HeapFree(GetProcessHeap(), 0, stack);
}

void stack_open(void)
{
    slot = FlsAlloc(release);
}

void stack_close(void)
{
    if (slot != FLS_OUT_OF_INDEXES)
        FlsFree(slot);
    slot = FLS_OUT_OF_INDEXES;
}

static Stack *current(void)
{
    return slot == FLS_OUT_OF_INDEXES ? NULL : FlsGetValue(slot);
}

static Stack *current_or_new(void)
{
    Stack *stack = current();
    if (stack == NULL && slot != FLS_OUT_OF_INDEXES) {
        stack = HeapAlloc(GetProcessHeap(), 0, sizeof *stack);
        if (stack != NULL) {
            stack->depth = 0;
            FlsSetValue(slot, stack);
        }
    }
    return stack;
}

bool stack_take_abandoned(uintptr_t at, Frame *frame)
{
    Stack *stack = current();
    if (stack == NULL || stack->depth == 0 || stack->frames[stack->depth - 1].at > at)
        return false;
    *frame = stack->frames[--stack->depth];
    return true;
}

void stack_push(const Frame *frame)
{
    Stack *stack = current_or_new();
    if (stack != NULL && stack->depth < MAX_DEPTH)
        stack->frames[stack->depth++] = *frame;
}

void stack_pop(uintptr_t at)
{
    Stack *stack = current();
    if (stack != NULL && stack->depth != 0 && stack->frames[stack->depth - 1].at == at)
        stack->depth--;
}

const Frame *stack_innermost_handler(void)
{
    const Stack *stack = current();
    for (unsigned i = stack != NULL ? stack->depth : 0; i != 0; i--)
        if (stack->frames[i - 1].handler)
            return &stack->frames[i - 1];
    return NULL;
}
