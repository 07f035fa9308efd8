// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault.h"

#include <string.h>
#include <windows.h>

#include "stack.h"
#include "trace.h"

#define MAX_RECORD 2048

static LPTOP_LEVEL_EXCEPTION_FILTER previous;
static volatile LONG written;

/* File name of the module an address lies in, without its folder. */
static bool module_of(const void *address, WCHAR name[MAX_PATH], const void **base)
{
    HMODULE module;
    WCHAR path[MAX_PATH];
    if (!GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                                GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                            address, &module))
        return false;
    DWORD size = GetModuleFileNameW(module, path, MAX_PATH);
    if (size == 0 || size >= MAX_PATH)
        return false;
    const WCHAR *slash = wcsrchr(path, L'\\');
    wcscpy(name, slash != NULL ? slash + 1 : path);
    *base = module;
    return true;
}

static void write_record(const EXCEPTION_RECORD *exception)
{
    static char buffer[MAX_RECORD];
    static WCHAR module[MAX_PATH];
    const void *base;
    const Frame *call = stack_innermost_handler();
    Record record;

    trace_begin_fixed(&record, "exception", buffer, sizeof buffer);
    jw_pointer(&record.w, "code", exception->ExceptionCode);
    jw_pointer(&record.w, "address", (uintptr_t)exception->ExceptionAddress);
    if (module_of(exception->ExceptionAddress, module, &base)) {
        jw_wide(&record.w, "module", module, wcslen(module));
        jw_pointer(&record.w, "offset",
                   (uintptr_t)exception->ExceptionAddress - (uintptr_t)base);
    } else {
        jw_null(&record.w, "module");
        jw_null(&record.w, "offset");
    }
    /* Of an access violation: what was touched, and how (0 read, 1 write, 8 execute). */
    if (exception->ExceptionCode == STATUS_ACCESS_VIOLATION &&
        exception->NumberParameters >= 2) {
        jw_pointer(&record.w, "access", exception->ExceptionInformation[1]);
        jw_u64(&record.w, "access_kind", exception->ExceptionInformation[0]);
    }
    if (call != NULL) {
        jw_text(&record.w, "function", call->function);
        jw_u64(&record.w, "call", call->number);
    } else {
        jw_null(&record.w, "function");
        jw_null(&record.w, "call");
    }
    trace_end(&record);
}

static LONG WINAPI filter(EXCEPTION_POINTERS *information)
{
    if (InterlockedExchange(&written, 1) == 0)
        write_record(information->ExceptionRecord);
    return previous != NULL ? previous(information) : EXCEPTION_CONTINUE_SEARCH;
}

void fault_open(void)
{
    previous = SetUnhandledExceptionFilter(filter);
}

void fault_close(void)
{
    /* Only if nobody has put another filter on top meanwhile. */
    LPTOP_LEVEL_EXCEPTION_FILTER now = SetUnhandledExceptionFilter(previous);
    if (now != filter)
        SetUnhandledExceptionFilter(now);
}
