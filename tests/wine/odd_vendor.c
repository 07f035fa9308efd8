// SPDX-License-Identifier: GPL-2.0-or-later
/* DLLs that are not what an IHV Extensions DLL has to be; macros choose how. */
#include "wlanihv.h"

#ifdef EXPORTS
#define EXPORT __declspec(dllexport)
#ifndef VERSION_MIN
#define VERSION_MIN 0
#endif

static PDOT11EXT_APIS kept;

#ifdef THREAD
/* A thread that is left running, or one that is told to end but not waited for. */
static HANDLE over;

static DWORD WINAPI lingers(void *unused)
{
    (void)unused;
    return WaitForSingleObject(over, INFINITE);
}

static void WINAPI deinit_service(void)
{
#ifdef ENDS
    SetEvent(over);
#endif
}
#endif

#ifdef KEEPS_FRAGMENT
static const volatile WCHAR *fragment;

static DWORD WINAPI pre_associate(HANDLE adapter, HANDLE session,
                                  PDOT11EXT_IHV_PROFILE_PARAMS params,
                                  PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                  PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                  PDWORD reason)
{
    (void)adapter, (void)session, (void)params, (void)connectivity, (void)list;
    fragment = security->pszXmlFragmentIhvSecurity;
    *reason = 0;
    return ERROR_SUCCESS;
}

static DWORD WINAPI reads_fragment(HANDLE adapter)
{
    (void)adapter;
    return fragment[3] == L'?';
}
#endif

#ifdef ASKS_USER
static DOT11EXT_APIS functions;
static BYTE question[16];
static DOT11EXT_IHV_UI_REQUEST request = {.dwSessionId = 1, .dwByteCount = sizeof question,
                                          .pvUIRequest = question};

static void ask(HANDLE service)
{
    request.guidUIRequest.Data1 = 7;
    functions.Dot11ExtSendUIRequest(service, &request);
#ifdef FORGETS
    question[3] = 1;
#endif
}
#endif

#ifndef NO_HANDLERS
static DWORD WINAPI no_arguments(void)
{
    return ERROR_SUCCESS;
}

/* Whether there is a token on the thread: what OpenThreadToken says. */
#ifdef ASKS_FOR_TOKEN
static DWORD WINAPI asks_for_token(void)
{
    HANDLE token;
    if (!OpenThreadToken(GetCurrentThread(), TOKEN_QUERY, TRUE, &token))
        return GetLastError();
    CloseHandle(token);
    return ERROR_SUCCESS;
}
#endif

/* Keeps the pointer to the API table, which is dead after InitService. */
static DWORD WINAPI init_adapter(PDOT11_ADAPTER adapter, HANDLE service, PHANDLE handle)
{
    (void)adapter;
#ifdef KEEPS_TABLE
    kept->Dot11ExtSetExcludeUnencrypted(service, TRUE);
#endif
#ifdef THREAD
    over = CreateEventW(NULL, TRUE, FALSE, NULL);
    CloseHandle(CreateThread(NULL, 0, lingers, NULL, 0, NULL));
#endif
#ifdef ASKS_USER
    ask(service);
#endif
    (void)service;
    SetLastError(4711);
    *handle = (HANDLE)1;
    return GetLastError() == 4711 ? ERROR_SUCCESS : ERROR_GEN_FAILURE;
}

/* Probes memory that is not there and recovers: no crash. */
#ifdef PROBES
static LONG WINAPI skip_probe(EXCEPTION_POINTERS *information)
{
    if (information->ExceptionRecord->ExceptionCode != STATUS_ACCESS_VIOLATION)
        return EXCEPTION_CONTINUE_SEARCH;
    information->ContextRecord->Rip += 3; /* mov byte ptr [rax],1 */
    return EXCEPTION_CONTINUE_EXECUTION;
}

static DWORD WINAPI reset(HANDLE adapter)
{
    (void)adapter;
    PVOID handler = AddVectoredExceptionHandler(TRUE, skip_probe);
    __asm__ volatile("xorl %%eax, %%eax\n movb $1, (%%rax)" ::: "rax", "memory");
    RemoveVectoredExceptionHandler(handler);
    return ERROR_SUCCESS;
}
#endif

/* Hands over buffers for the OS to free; with GIVES=2 pointers that are none, and too many. */
#ifdef GIVES
static DOT11EXT_APIS api;

static LPWSTR new_text(const WCHAR *text)
{
    LPVOID buffer = NULL;
    api.Dot11ExtAllocateBuffer((lstrlenW(text) + 1) * sizeof *text, &buffer);
    return lstrcpyW(buffer, text);
}

static DWORD WINAPI discover(HANDLE adapter, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
                             PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                             PDWORD reason)
{
    static DOT11EXT_IHV_DISCOVERY_PROFILE own;
    LPVOID buffer = NULL;
    (void)adapter, (void)insecure, (void)params, (void)list;
    *reason = 0;
    profiles->dwCount = 2;
    profiles->pIhvDiscoveryProfiles = &own;
    if (GIVES == 2)
        return ERROR_SUCCESS;
    api.Dot11ExtAllocateBuffer(2 * sizeof own, &buffer);
    profiles->pIhvDiscoveryProfiles = buffer;
    for (int i = 0; i < 2; i++)
        profiles->pIhvDiscoveryProfiles[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity =
            new_text(L"<IhvSecurity/>");
    return ERROR_SUCCESS;
}

static DWORD WINAPI query_ui(HANDLE adapter, DOT11EXT_IHV_CONNECTION_PHASE phase,
                             PDOT11EXT_IHV_UI_REQUEST *request)
{
    static DOT11EXT_IHV_UI_REQUEST own;
    LPVOID buffer = NULL;
    (void)adapter, (void)phase;
    *request = &own;
    if (GIVES == 2)
        return ERROR_SUCCESS;
    api.Dot11ExtAllocateBuffer(sizeof own, &buffer);
    *request = buffer;
    (*request)->dwByteCount = 6;
    (*request)->pvUIRequest = (BYTE *)new_text(L"hi");
    return ERROR_SUCCESS;
}
#endif

#endif

EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = VERSION_MIN;
    info->dwVerMax = VERSION_MIN;
    return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS apis, LPVOID reserved,
                                           PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)version, (void)reserved, (void)handlers;
    kept = apis;
#ifdef INIT_ERROR
    return INIT_ERROR;
#endif
#ifndef NO_HANDLERS
    void **table = (void **)handlers;
    for (size_t i = 0; i < HIL_HANDLER_COUNT; i++)
        table[i] = (void *)no_arguments;
    handlers->Dot11ExtIhvInitAdapter = init_adapter;
#ifdef ASKS_FOR_TOKEN
    for (size_t i = 0; i < HIL_HANDLER_COUNT; i++)
        if (table[i] == (void *)no_arguments)
            table[i] = (void *)asks_for_token;
#endif
#ifdef PROBES
    handlers->Dot11ExtIhvAdapterReset = reset;
#endif
#ifdef KEEPS_FRAGMENT
    handlers->Dot11ExtIhvPerformPreAssociate = pre_associate;
    handlers->Dot11ExtIhvAdapterReset = reads_fragment;
#endif
#ifdef THREAD
    handlers->Dot11ExtIhvDeinitService = deinit_service;
#endif
#ifdef ASKS_USER
    functions = *apis;
#endif
#ifdef GIVES
    api = *apis;
    handlers->Dot11ExtIhvCreateDiscoveryProfiles = discover;
    handlers->Dot11ExtIhvQueryUIRequest = query_ui;
#endif
#endif
    return ERROR_SUCCESS;
}

#ifdef VIRTUAL_STATION
EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS apis,
                                                  LPVOID reserved)
{
    BOOL is_virtual;
    GUID primary;
    (void)reserved;
    return apis->Dot11ExtQueryVirtualStationProperties(NULL, &is_virtual, &primary, NULL);
}
#endif
#else
int nothing_of_interest;
#endif
