// SPDX-License-Identifier: GPL-2.0-or-later
#include "safe_copy.h"

#include <stdint.h>
#include <string.h>

/*
 * int hil_copy(void *to, const void *from, size_t size): one instruction may fault, and the
 * exception handler below then continues at hil_copy_failed.  No system call is needed, unlike
 * with ReadProcessMemory.
 */
__asm__(".text\n"
        ".globl hil_copy\n"
        ".seh_proc hil_copy\n"
        "hil_copy:\n"
        "    pushq %rdi\n"
        "    .seh_pushreg %rdi\n"
        "    pushq %rsi\n"
        "    .seh_pushreg %rsi\n"
        "    .seh_endprologue\n"
        "    movq %rcx, %rdi\n"
        "    movq %rdx, %rsi\n"
        "    movq %r8, %rcx\n"
        ".globl hil_copy_at\n"
        "hil_copy_at:\n"
        "    rep movsb\n"
        "    movl $1, %eax\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    ret\n"
        ".globl hil_copy_failed\n"
        "hil_copy_failed:\n"
        "    xorl %eax, %eax\n"
        "    popq %rsi\n"
        "    popq %rdi\n"
        "    ret\n"
        ".seh_endproc\n");

int hil_copy(void *to, const void *from, size_t size);
extern const char hil_copy_at[];
extern const char hil_copy_failed[];

static PVOID handler;

/* The touch took the page's guard away, which is the owner's to lose (it may be a stack's). */
static void rearm_guard(const EXCEPTION_RECORD *exception)
{
    MEMORY_BASIC_INFORMATION page;
    DWORD old;
    void *at = (void *)exception->ExceptionInformation[1];
    if (exception->NumberParameters >= 2 && VirtualQuery(at, &page, sizeof page) != 0)
        VirtualProtect(at, 1, page.Protect | PAGE_GUARD, &old);
}

static LONG WINAPI resume(EXCEPTION_POINTERS *information)
{
    if (information->ContextRecord->Rip != (DWORD64)(uintptr_t)hil_copy_at)
        return EXCEPTION_CONTINUE_SEARCH;
    if (information->ExceptionRecord->ExceptionCode == STATUS_GUARD_PAGE_VIOLATION)
        rearm_guard(information->ExceptionRecord);
    information->ContextRecord->Rip = (DWORD64)(uintptr_t)hil_copy_failed;
    return EXCEPTION_CONTINUE_EXECUTION;
}

void safe_copy_open(void)
{
    handler = AddVectoredExceptionHandler(TRUE, resume);
}

void safe_copy_close(void)
{
    if (handler != NULL)
        RemoveVectoredExceptionHandler(handler);
    handler = NULL;
}

bool safe_copy(void *to, const void *from, size_t size)
{
    if (handler == NULL || from == NULL)
        return false;
    /* Past the address space's end the processor would fault at once or wrap around. */
    if (size > UINTPTR_MAX - (uintptr_t)from)
        return false;
    return hil_copy(to, from, size) != 0;
}

bool safe_is_there(const void *from, size_t size)
{
    const uint8_t *at = from;
    MEMORY_BASIC_INFORMATION page;
    if (at == NULL || size > UINTPTR_MAX - (uintptr_t)at)
        return false;
    for (const uint8_t *end = at + size; at < end;
         at = (const uint8_t *)page.BaseAddress + page.RegionSize)
        if (VirtualQuery(at, &page, sizeof page) == 0 || page.State != MEM_COMMIT ||
            (page.Protect & (PAGE_NOACCESS | PAGE_GUARD | PAGE_EXECUTE)) != 0)
            return false;
    return true;
}

void *safe_duplicate(const void *from, size_t size)
{
    void *copy = size != 0 ? HeapAlloc(GetProcessHeap(), 0, size) : NULL;
    if (copy != NULL && !safe_copy(copy, from, size)) {
        HeapFree(GetProcessHeap(), 0, copy);
        copy = NULL;
    }
    return copy;
}

/* Length up to the NUL, read in small steps so as not to run past the text's page. */
static bool measure(const WCHAR *from, size_t limit, size_t *length)
{
    WCHAR part[32];
    *length = 0;
    while (*length < limit) {
        size_t to_boundary = (4096 - ((uintptr_t)(from + *length) & 4095)) / sizeof *from;
        size_t count = to_boundary < 32 ? to_boundary : 32;
        if (count == 0)
            count = 1; /* a text at an odd address, at a page's end */
        if (!safe_copy(part, from + *length, count * sizeof *from))
            return false;
        size_t found = wcsnlen(part, count);
        *length += found;
        if (found < count)
            return true;
    }
    *length = limit;
    return true;
}

WCHAR *safe_wide(const WCHAR *from, size_t limit, size_t *length)
{
    if (!measure(from, limit, length))
        return NULL;
    WCHAR *copy = HeapAlloc(GetProcessHeap(), 0, (*length + 1) * sizeof *copy);
    if (copy == NULL)
        return NULL;
    if (*length != 0 && !safe_copy(copy, from, *length * sizeof *copy)) {
        HeapFree(GetProcessHeap(), 0, copy);
        return NULL;
    }
    copy[*length] = L'\0';
    return copy;
}
