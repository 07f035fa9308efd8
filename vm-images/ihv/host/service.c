// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <string.h>

#include "framework.h"
#include "text.h"

/* Software key of the reference guest's adapter: on Windows the network class key, where the INF's
 * HKR,Ndi\IHVExtensions section lands ("Installing Native 802.11 IHV Extensions"). */
#define ADAPTER_KEY                                                                               \
    L"SYSTEM\\CurrentControlSet\\Control\\Class\\{4D36E972-E325-11CE-BFC1-08002BE10318}\\0001"    \
    L"\\Ndi\\IHVExtensions"
#define INTERFACE_VERSION 0u /* the only version ever documented */
#define MAX_DLL_PATH 1024

typedef struct Start {
    WCHAR path[MAX_DLL_PATH];
    const char *stage;
    DWORD error;
    ExitCode code;
} Start;

static void send_event(const Start *start)
{
    JsonWriter text;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    jw_text(&text, "event", "service");
    jw_text(&text, "state", start->code == EXIT_CODE_OK ? "running" : "failed");
    jw_wide(&text, "dll", start->path, wcslen(start->path));
    if (start->code != EXIT_CODE_OK) {
        jw_text(&text, "stage", start->stage);
        jw_u64(&text, "error", start->error);
    }
    jw_end_object(&text);
    host_send(&text);
    jw_free(&text);
}

static bool fail(Start *start, const char *stage, DWORD error, ExitCode code)
{
    start->stage = stage;
    start->error = error;
    start->code = code;
    return false;
}

static bool read_path(Start *start)
{
    DWORD size = sizeof start->path - sizeof(WCHAR);
    DWORD error = (DWORD)RegGetValueW(HKEY_LOCAL_MACHINE, ADAPTER_KEY, L"ExtensibilityDLL",
                                      RRF_RT_REG_SZ, NULL, start->path, &size);
    return error == ERROR_SUCCESS || fail(start, "load", error, EXIT_CODE_LOAD);
}

bool service_adapter_oui(DWORD *oui)
{
    DWORD size = sizeof *oui;
    return RegGetValueW(HKEY_LOCAL_MACHINE, ADAPTER_KEY, L"AdapterOUI", RRF_RT_REG_DWORD, NULL, oui,
                        &size) == ERROR_SUCCESS;
}

static bool find_exports(Start *start, DOT11EXTIHV_GET_VERSION_INFO *get_version,
                         DOT11EXTIHV_INIT_SERVICE *init)
{
    FARPROC version = GetProcAddress(host.dll, IHV_VERSION_FUNCTION_NAME);
    FARPROC service = GetProcAddress(host.dll, IHV_INIT_FUNCTION_NAME);
    if (version == NULL || service == NULL)
        return fail(start, "exports", ERROR_PROC_NOT_FOUND, EXIT_CODE_EXPORTS);
    memcpy(get_version, &version, sizeof version);
    memcpy(init, &service, sizeof service);
    return true;
}

static bool check_version(Start *start, DOT11EXTIHV_GET_VERSION_INFO get_version)
{
    DOT11_IHV_VERSION_INFO info = {MAXDWORD, MAXDWORD};
    DWORD error = get_version(&info);
    if (error == ERROR_SUCCESS && info.dwVerMin > INTERFACE_VERSION)
        error = ERROR_REVISION_MISMATCH;
    return error == ERROR_SUCCESS || fail(start, "version", error, EXIT_CODE_VERSION);
}

static bool handlers_complete(void)
{
    void *pointers[HIL_HANDLER_COUNT];
    memcpy(pointers, &host.handlers, sizeof pointers);
    for (size_t i = 0; i < HIL_HANDLER_COUNT; i++)
        if (pointers[i] == NULL)
            return false;
    return true;
}

/* The tables live on a page of their own that becomes inaccessible when the initialisation is
 * over: a DLL must have copied them ("DLL Start Operations"). */
typedef struct Tables {
    DOT11EXT_APIS apis;
    DOT11EXT_VIRTUAL_STATION_APIS virtual_station;
} Tables;

static DWORD run_init(Tables *tables, DOT11EXTIHV_INIT_SERVICE init)
{
    DWORD old;
    framework_fill(&tables->apis, &tables->virtual_station);
    DWORD error = init(INTERFACE_VERSION, &tables->apis, NULL, &host.handlers);
    if (error == ERROR_SUCCESS && !handlers_complete())
        error = ERROR_INVALID_DATA;
    FARPROC found = GetProcAddress(host.dll, IHV_INIT_VS_FUNCTION_NAME);
    if (error == ERROR_SUCCESS && found != NULL) {
        DOT11EXTIHV_INIT_VIRTUAL_STATION init_station;
        memcpy(&init_station, &found, sizeof found);
        init_station(&tables->virtual_station, NULL); /* a refusal is the DLL's right */
    }
    VirtualProtect(tables, sizeof *tables, PAGE_NOACCESS, &old);
    return error;
}

static bool init_service(Start *start, DOT11EXTIHV_INIT_SERVICE init)
{
    Tables *tables = VirtualAlloc(NULL, sizeof *tables, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    DWORD error = tables == NULL ? ERROR_NOT_ENOUGH_MEMORY : run_init(tables, init);
    return error == ERROR_SUCCESS || fail(start, "init", error, EXIT_CODE_INIT);
}

ExitCode service_start(void)
{
    static Start start;
    DOT11EXTIHV_GET_VERSION_INFO get_version = NULL;
    DOT11EXTIHV_INIT_SERVICE init = NULL;
    start.code = EXIT_CODE_OK;
    if (read_path(&start)) {
        host.dll = LoadLibraryExW(start.path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
        if (host.dll == NULL)
            fail(&start, "load", GetLastError(), EXIT_CODE_LOAD);
        else if (find_exports(&start, &get_version, &init) && check_version(&start, get_version))
            host.running = init_service(&start, init);
    }
    send_event(&start);
    return start.code;
}

void service_stop(void)
{
    host.running = false;
    host.handlers.Dot11ExtIhvDeinitService();
    FreeLibrary(host.dll);
}
