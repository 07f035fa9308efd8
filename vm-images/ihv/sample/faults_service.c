// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of load, start and end of the service (LIFE). */
#include "fault_state.h"
#include "faults.h"

/* LIFE-03: only version 0 is documented. */
static DWORD WINAPI version_1_too(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = 0;
    info->dwVerMax = 1;
    return ERROR_SUCCESS;
}

/* LIFE-05 */
static DWORD WINAPI without_query(DWORD version, PDOT11EXT_APIS table, LPVOID reserved,
                                  PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)version, (void)table, (void)reserved;
    handlers->Dot11ExtIhvQueryUIRequest = NULL;
    return ERROR_SUCCESS;
}

/* LIFE-06 */
static DWORD WINAPI by_the_old_table(HANDLE service, DWORD algorithm)
{
    return os_table->Dot11ExtSetAuthAlgorithm(service, algorithm);
}

/* LIFE-07 */
static DWORD WINAPI not_ready_at_first(PDOT11_ADAPTER data, HANDLE service, PHANDLE handle)
{
    if (state.count++ == 0)
        return ERROR_NOT_READY;
    return good.Dot11ExtIhvInitAdapter(data, service, handle);
}

static void use_a_buffer(void)
{
    void *buffer;
    if (os.Dot11ExtAllocateBuffer(16, &buffer) == ERROR_SUCCESS)
        os.Dot11ExtFreeBuffer(buffer);
}

/* LIFE-09 */
static VOID WINAPI works_on_in_deinit(VOID)
{
    use_a_buffer();
    good.Dot11ExtIhvDeinitService();
}

static DWORD WINAPI lingers(LPVOID context)
{
    (void)context;
    Sleep(1000);
    return 0;
}

/* LIFE-11: the module stays loaded, so that the thread ends in peace. */
static VOID WINAPI leaves_thread(VOID)
{
    HMODULE self;
    GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS | GET_MODULE_HANDLE_EX_FLAG_PIN,
                       (LPCWSTR)(void *)lingers, &self);
    CloseHandle(CreateThread(NULL, 0, lingers, NULL, 0, NULL));
    good.Dot11ExtIhvDeinitService();
}

/* LIFE-12 */
static DWORD WINAPI leaks(HANDLE handle, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                          PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                          PDWORD reason)
{
    os.Dot11ExtAllocateBuffer(64, &state.kept);
    return good.Dot11ExtIhvPerformPreAssociate(handle, session, params, connectivity, security,
                                               list, reason);
}

const Fault FAULTS_SERVICE[] = {
    {.name = "claims-version-1", .get_version = version_1_too},
    {.name = "leaves-handler-null", .init_service = without_query},
    {.name = "keeps-api-table", .api.Dot11ExtSetAuthAlgorithm = by_the_old_table},
    {.name = "refuses-first-adapter", .handlers.Dot11ExtIhvInitAdapter = not_ready_at_first},
    {.name = "works-on-after-service", .handlers.Dot11ExtIhvDeinitService = works_on_in_deinit},
    {.name = "leaves-thread", .handlers.Dot11ExtIhvDeinitService = leaves_thread},
    {.name = "leaks-buffer", .handlers.Dot11ExtIhvPerformPreAssociate = leaks},
    {0},
};
