// SPDX-License-Identifier: GPL-2.0-or-later
#include "threads.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include <tlhelp32.h>

#define MAX_THREADS 64        /* of the vendor's that are listed */
#define GRACE_MS 50u          /* for those about to end */
#define START_ADDRESS_CLASS 9 /* ThreadQuerySetWin32StartAddress */

typedef LONG(WINAPI *QueryThread)(HANDLE, ULONG, PVOID, ULONG, PULONG);

typedef struct Thread {
    DWORD tid;
    HANDLE handle;
    HMODULE module;
    uintptr_t start;
} Thread;

typedef struct Search {
    QueryThread query;
    HMODULE vendor;
    WCHAR folder[MAX_PATH]; /* of the vendor's DLL, with the last backslash */
    Thread found[MAX_THREADS];
    unsigned count;
} Search;

static bool path_of(HMODULE module, WCHAR path[MAX_PATH])
{
    DWORD size = GetModuleFileNameW(module, path, MAX_PATH);
    return size != 0 && size < MAX_PATH;
}

static HMODULE module_at(uintptr_t address)
{
    HMODULE module = NULL;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS |
                           GET_MODULE_HANDLE_EX_FLAG_UNCHANGED_REFCOUNT,
                       (LPCWSTR)address, &module);
    return module;
}

/* The DLL itself, or one that lies beside it; not the recorder and the host, should they too. */
static bool is_vendors(const Search *search, HMODULE module)
{
    WCHAR path[MAX_PATH];
    size_t length = wcslen(search->folder);
    if (module == search->vendor)
        return true;
    if (module == NULL || module == module_at((uintptr_t)is_vendors) ||
        module == GetModuleHandleW(NULL) || !path_of(module, path))
        return false;
    return length != 0 && _wcsnicmp(path, search->folder, length) == 0 &&
           wcschr(path + length, L'\\') == NULL;
}

static void check_thread(Search *search, DWORD tid)
{
    uintptr_t start = 0;
    HANDLE handle = OpenThread(THREAD_QUERY_INFORMATION | SYNCHRONIZE, FALSE, tid);
    if (handle == NULL)
        return; /* it has ended since the list was made */
    if (search->query(handle, START_ADDRESS_CLASS, &start, sizeof start, NULL) >= 0 &&
        search->count < MAX_THREADS) {
        HMODULE module = module_at(start);
        if (is_vendors(search, module)) {
            search->found[search->count++] = (Thread){tid, handle, module, start};
            return;
        }
    }
    CloseHandle(handle);
}

static bool look_for(Search *search)
{
    THREADENTRY32 entry = {.dwSize = sizeof entry};
    HANDLE list = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0);
    if (list == INVALID_HANDLE_VALUE)
        return false;
    for (BOOL more = Thread32First(list, &entry); more; more = Thread32Next(list, &entry))
        if (entry.th32OwnerProcessID == GetCurrentProcessId() &&
            entry.th32ThreadID != GetCurrentThreadId())
            check_thread(search, entry.th32ThreadID);
    CloseHandle(list);
    return true;
}

/* Forgets those that end within the grace, which all share. */
static void wait_for_them(Search *search)
{
    ULONGLONG end = GetTickCount64() + GRACE_MS;
    unsigned left = 0;
    for (unsigned i = 0; i < search->count; i++) {
        ULONGLONG now = GetTickCount64();
        DWORD wait = now < end ? (DWORD)(end - now) : 0;
        if (WaitForSingleObject(search->found[i].handle, wait) == WAIT_TIMEOUT)
            search->found[left++] = search->found[i];
        else
            CloseHandle(search->found[i].handle);
    }
    search->count = left;
}

static void write(JsonWriter *w, Search *search)
{
    WCHAR path[MAX_PATH];
    jw_array(w, "threads");
    for (unsigned i = 0; i < search->count; i++) {
        const Thread *thread = &search->found[i];
        jw_object(w, NULL);
        jw_u64(w, "tid", thread->tid);
        if (path_of(thread->module, path)) {
            const WCHAR *slash = wcsrchr(path, L'\\');
            const WCHAR *name = slash != NULL ? slash + 1 : path;
            jw_wide(w, "module", name, wcslen(name));
        }
        jw_pointer(w, "offset", thread->start - (uintptr_t)thread->module);
        jw_bool(w, "vendor", thread->module == search->vendor);
        jw_end_object(w);
        CloseHandle(thread->handle);
    }
    jw_end_array(w);
}

void threads_write(JsonWriter *w, HMODULE vendor)
{
    Search search = {.vendor = vendor};
    FARPROC query = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQueryInformationThread");
    memcpy(&search.query, &query, sizeof query);
    if (path_of(vendor, search.folder)) {
        WCHAR *slash = wcsrchr(search.folder, L'\\');
        if (slash != NULL)
            slash[1] = L'\0';
    }
    if (search.query == NULL || !look_for(&search)) {
        jw_null(w, "threads");
        return;
    }
    wait_for_them(&search);
    write(w, &search);
}
