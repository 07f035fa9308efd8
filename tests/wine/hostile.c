// SPDX-License-Identifier: GPL-2.0-or-later
/* An IHV Extensions DLL that does harm, chosen by its own file name: "exit-handler.dll" and so on.
 * Besides that it is a good one: it completes every pre-association with an error of its own. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "wlanihv.h"



#define EXPORT __declspec(dllexport)
#define REFUSES 0x5b4u /* ERROR_TIMEOUT: how a pre-association of this DLL ends */
#define IHV_REASON 0x1000b
#define SLOW_MS 7000

static DOT11EXT_APIS api;
static HANDLE service;
static char mode[64];
static HMODULE self;
static volatile int sink;

static bool is(const char *name)
{
    return strcmp(mode, name) == 0;
}

static void worker(DWORD(WINAPI *body)(LPVOID))
{
    HANDLE thread = CreateThread(NULL, 0, body, NULL, 0, NULL);
    if (thread != NULL)
        CloseHandle(thread);
}

/* ---- harm ---- */

static DWORD WINAPI spins(LPVOID context)
{
    (void)context;
    while (sink >= 0)
        sink = (sink + 1) & 0xffff;
    return 0;
}

static DWORD WINAPI exits(LPVOID context)
{
    (void)context;
    ExitProcess(7);
}

static DWORD WINAPI terminates(LPVOID context)
{
    (void)context;
    TerminateProcess(GetCurrentProcess(), 9);
    return 0;
}

static DWORD WINAPI raises(LPVOID context)
{
    (void)context;
    RaiseException(0xe0001234, EXCEPTION_NONCONTINUABLE, 0, NULL);
    return 0;
}

static DWORD WINAPI sleeps(LPVOID context)
{
    (void)context;
    Sleep(INFINITE);
    return 0;
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Winfinite-recursion"
static int overflow(int depth)
{
    volatile char big[4096];
    memset((char *)big, depth, sizeof big);
    return overflow(depth + 1) + big[17];
}
#pragma GCC diagnostic pop

/* Writes over the headers of whatever lies behind a block, and uses the heap then. */
static void corrupt_heap(void)
{
    for (int round = 0; round < 64; round++) {
        char *block = HeapAlloc(GetProcessHeap(), 0, 64);
        memset(block, 0xa5, 1 << 16);
        for (int i = 0; i < 64; i++)
            HeapFree(GetProcessHeap(), 0, HeapAlloc(GetProcessHeap(), 0, 40 + i * 8));
        HeapFree(GetProcessHeap(), 0, block);
    }
}

static void eat_memory(void)
{
    for (;;) {
        char *block = VirtualAlloc(NULL, 4 << 20, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
        if (block == NULL)
            return;
        for (size_t i = 0; i < 4 << 20; i += 4096)
            block[i] = 1;
    }
}

static void leak_threads(void)
{
    for (int i = 0; i < 10000; i++) {
        HANDLE thread = CreateThread(NULL, 64 << 10, sleeps, NULL,
                                     STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        if (thread == NULL)
            return;
    }
}

static void close_handles(void)
{
    for (ULONG_PTR handle = 4; handle < 0x1000; handle += 4)
        CloseHandle((HANDLE)handle);
}

static void print_garbage(void)
{
    static const char garbage[] = "{\"id\":1,\"result\":{\"status\":0}}\nnonsense\n";
    DWORD written;
    WriteFile(GetStdHandle(STD_OUTPUT_HANDLE), garbage, sizeof garbage - 1, &written, NULL);
    printf("%s", garbage);
    fflush(stdout);
    CloseHandle(GetStdHandle(STD_OUTPUT_HANDLE));
    CloseHandle(GetStdHandle(STD_INPUT_HANDLE));
}

static void destroy_trace(bool truncate)
{
    static const WCHAR path[] = L"C:\\hil\\trace.jsonl";
    if (!truncate) {
        DeleteFileW(path);
        return;
    }
    HANDLE file = CreateFileW(path, GENERIC_WRITE, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                              NULL, TRUNCATE_EXISTING, 0, NULL);
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
}

static LONG WINAPI swallow(EXCEPTION_POINTERS *information)
{
    (void)information;
    ExitProcess(3);
}

static void wild_pointers(void)
{
    api.Dot11ExtSetEtherTypeHandling(service, 10, 0xffffffff, (PDOT11_PRIVACY_EXEMPTION)0x10,
                                     0xffffffff, (USHORT *)0x10);
    api.Dot11ExtSendPacket(service, 0xfffffff0, (LPVOID)0xdead0000, (HANDLE)1);
}

/* ---- what happens where ---- */

#ifdef COMPANION
__declspec(dllimport) int Helps(void);
#endif

static void act(const char *place)
{
    char wanted[64];
    snprintf(wanted, sizeof wanted, "exit-%s", place);
    if (is(wanted))
        ExitProcess(7);
    snprintf(wanted, sizeof wanted, "terminate-%s", place);
    if (is(wanted))
        TerminateProcess(GetCurrentProcess(), 9);
    snprintf(wanted, sizeof wanted, "spin-%s", place);
    if (is(wanted))
        spins(NULL);
}

static void in_handler(void)
{
    act("handler");
    if (is("slow-handler"))
        Sleep(SLOW_MS);
    if (is("exit-worker"))
        worker(exits);
    if (is("terminate-worker"))
        worker(terminates);
    if (is("raise-worker"))
        worker(raises);
    if (is("spin-worker"))
        worker(spins);
    if (is("heap"))
        corrupt_heap();
    if (is("stack"))
        sink = overflow(0);
    if (is("memory"))
        eat_memory();
    if (is("threads"))
        leak_threads();
    if (is("handles"))
        close_handles();
    if (is("garbage"))
        print_garbage();
    if (is("delete-trace"))
        destroy_trace(false);
    if (is("truncate-trace"))
        destroy_trace(true);
    if (is("wild"))
        wild_pointers();
    if (is("filter")) {
        SetErrorMode(0);
        SetUnhandledExceptionFilter(swallow);
        worker(raises);
    }
    if (is("free-itself")) {
        FreeLibrary(self);
        FreeLibrary(self);
    }
}

/* ---- the DLL ---- */

static DWORD WINAPI no_arguments(void)
{
    return ERROR_SUCCESS;
}

static VOID WINAPI deinit_service(void)
{
    if (is("block-deinit"))
        Sleep(INFINITE);
    if (is("slow-deinit"))
        Sleep(SLOW_MS);
    act("deinit");
}

static DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE handle, PHANDLE ihv)
{
    (void)adapter;
    service = handle;
    act("adapter");
    *ihv = (HANDLE)1;
    return ERROR_SUCCESS;
}

static DWORD WINAPI validate(HANDLE adapter, PDOT11EXT_IHV_PROFILE_PARAMS params,
                             PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                             PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    (void)adapter, (void)params, (void)connectivity, (void)security;
    act("validate");
    *reason = 0;
    return ERROR_SUCCESS;
}

static DWORD WINAPI match(HANDLE adapter, PDOT11EXT_IHV_PROFILE_PARAMS params,
                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                          PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                          PDWORD reason)
{
    (void)adapter, (void)params, (void)connectivity, (void)security, (void)list;
    *reason = 0;
    return ERROR_SUCCESS;
}

static HANDLE session;

static DWORD WINAPI completes(LPVOID context)
{
    (void)context;
    api.Dot11ExtPreAssociateCompletion(service, session, IHV_REASON, REFUSES);
    return 0;
}

static DWORD WINAPI pre_associate(HANDLE adapter, HANDLE connect_session,
                                  PDOT11EXT_IHV_PROFILE_PARAMS params,
                                  PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                  PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                  PDWORD reason)
{
    (void)adapter, (void)params, (void)connectivity, (void)security, (void)list;
    *reason = 0;
    session = connect_session;
    in_handler();
    worker(completes);
    return ERROR_SUCCESS;
}

static DWORD WINAPI ui_pending(GUID id, PBOOL pending)
{
    (void)id;
    *pending = FALSE;
    return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = info->dwVerMax = 0;
    return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS apis, LPVOID reserved,
                                           PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)version, (void)reserved;
    void **table = (void **)handlers;
    api = *apis;
    act("service");
    if (is("refuse-service"))
        return ERROR_ACCESS_DENIED;
    for (size_t i = 0; i < HIL_HANDLER_COUNT; i++)
        table[i] = (void *)no_arguments;
    handlers->Dot11ExtIhvDeinitService = deinit_service;
    handlers->Dot11ExtIhvInitAdapter = init_adapter;
    handlers->Dot11ExtIhvValidateProfile = validate;
    handlers->Dot11ExtIhvPerformCapabilityMatch = match;
    handlers->Dot11ExtIhvPerformPreAssociate = pre_associate;
    handlers->Dot11ExtIhvIsUIRequestPending = ui_pending;
    return ERROR_SUCCESS;
}

static void read_mode(HINSTANCE instance)
{
    char path[MAX_PATH];
    GetModuleFileNameA(instance, path, sizeof path);
    const char *name = strrchr(path, '\\');
    snprintf(mode, sizeof mode, "%s", name != NULL ? name + 1 : path);
    char *dot = strrchr(mode, '.');
    if (dot != NULL)
        *dot = '\0';
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        self = instance;
        read_mode(instance);
        act("load");
#ifdef COMPANION
        if (Helps() != 4711)
            return FALSE;
#endif
        if (is("refuse-load"))
            return FALSE;
        if (is("deadlock-load")) {
            HANDLE thread = CreateThread(NULL, 0, sleeps, NULL, 0, NULL);
            WaitForSingleObject(thread, INFINITE);
        }
    }
    return TRUE;
}
