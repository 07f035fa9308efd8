// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of pre-association (PRE, and ETH, which belongs to it). */
#include <string.h>

#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

#define WAIT_MS 5000u

/* PerformPreAssociate has seven parameters; faults hand them on as they are. */
#define PRE_PARAMETERS                                                                            \
    HANDLE handle, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,                           \
        PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity, PDOT11EXT_IHV_SECURITY_PROFILE security, \
        PDOT11_BSS_LIST list, PDWORD reason
#define PRE_ARGUMENTS handle, session, params, connectivity, security, list, reason

/* ---- the completion ---- */

/* PRE-02 */
static DWORD WINAPI completes_twice(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    DWORD result = os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
    os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
    return result;
}

/* PRE-03: the worker's completion is left out, and called inside the handler when it is due. */
static DWORD WINAPI tell_the_handler(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    (void)service, (void)session, (void)reason, (void)error;
    SetEvent(state.kept);
    return ERROR_SUCCESS;
}

static DWORD WINAPI completes_inside(PRE_PARAMETERS)
{
    state.kept = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD error = good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
    if (error == ERROR_SUCCESS) {
        WaitForSingleObject(state.kept, INFINITE);
        os.Dot11ExtPreAssociateCompletion(state.service, session, REASON_SUCCESS, ERROR_SUCCESS);
    }
    CloseHandle(state.kept);
    return error;
}

/* PRE-06 */
static DWORD WINAPI completes_with_odd_reason(HANDLE service, HANDLE session, DWORD reason,
                                              DWORD error)
{
    return os.Dot11ExtPreAssociateCompletion(
        service, session, error == ERROR_SUCCESS ? REASON_OF_MSM : reason, error);
}

/* PRE-07: first a session nobody gave, then the right one. */
static DWORD WINAPI completes_another(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    os.Dot11ExtPreAssociateCompletion(service, (HANDLE)((uintptr_t)session ^ 0x100000), reason,
                                      error);
    return os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
}

/* PRE-11: never completed, not at AdapterReset either. */
static DWORD WINAPI forgets_completion(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    (void)service, (void)session, (void)reason, (void)error;
    return ERROR_SUCCESS;
}

/* ---- the handler ---- */

/* PRE-04 */
static DWORD WINAPI starts_with_odd_reason(PRE_PARAMETERS)
{
    DWORD error = good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
    if (error == ERROR_SUCCESS)
        *reason = REASON_OF_MSM;
    return error;
}

/* PRE-05: what is found wrong with a profile is told by the completion only. */
static void tells_late(void)
{
    os.Dot11ExtPreAssociateCompletion(state.service, state.connect_session, REASON_BAD_PROFILE,
                                      ERROR_INVALID_PARAMETER);
}

static DWORD WINAPI takes_any_profile(PRE_PARAMETERS)
{
    DWORD error = good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
    if (error != ERROR_INVALID_PARAMETER)
        return error;
    run_after(AFTER_RETURN_MS, tells_late);
    *reason = REASON_SUCCESS;
    return ERROR_SUCCESS;
}

/* PRE-08 */
static DWORD WINAPI sets_profile_inside(PRE_PARAMETERS)
{
    os.Dot11ExtSetCurrentProfile(state.service, session, connectivity, security);
    return good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
}

/* PRE-10 */
static DWORD WINAPI leaves_algorithm(HANDLE service, DWORD algorithm)
{
    (void)service, (void)algorithm;
    return ERROR_SUCCESS;
}

/* PRE-13: a second one is taken while the first, which waits for it, is pending. */
static DWORD WINAPI takes_second(PRE_PARAMETERS)
{
    if (state.kept == NULL)
        state.kept = CreateEventW(NULL, FALSE, FALSE, NULL);
    DWORD error = good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
    if (error != ERROR_INVALID_STATE)
        return error;
    SetEvent(state.kept);
    *reason = REASON_SUCCESS;
    return ERROR_SUCCESS;
}

static DWORD WINAPI completes_both(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    bool second = WaitForSingleObject(state.kept, WAIT_MS) == WAIT_OBJECT_0;
    if (second)
        os.Dot11ExtPreAssociateCompletion(service, state.connect_session, reason, error);
    return os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
}

/* PRE-12: the worker reads the profile where the OS had it. */
static DWORD WINAPI keeps_profile(PRE_PARAMETERS)
{
    state.kept = security->pszXmlFragmentIhvSecurity;
    return good.Dot11ExtIhvPerformPreAssociate(PRE_ARGUMENTS);
}

static DWORD WINAPI reads_it_late(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    Sleep(AFTER_RETURN_MS);
    (void)*(const volatile WCHAR *)state.kept;
    return os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
}

/* VS-01 */
static DWORD WINAPI odd_station_key(HANDLE service, HANDLE session, DWORD reason, DWORD error)
{
    static DOT11EXT_VIRTUAL_STATION_AP_PROPERTY property = {
        .dot11AuthAlgo = DOT11_AUTH_ALGO_RSNA_PSK,
        .dot11CipherAlgo = DOT11_CIPHER_ALGO_CCMP,
        .dwKeyLength = 31,
    };
    if (station.Dot11ExtSetVirtualStationAPProperties != NULL)
        station.Dot11ExtSetVirtualStationAPProperties(service, session, 1, &property, NULL);
    return os.Dot11ExtPreAssociateCompletion(service, session, reason, error);
}

/* ---- EtherTypes ---- */

#define ETHERTYPES_PARAMETERS                                                                     \
    HANDLE service, ULONG backlog, ULONG exemptions, PDOT11_PRIVACY_EXEMPTION exemption,          \
        ULONG registrations, USHORT *registration
#define ETHERTYPES_ARGUMENTS service, backlog, exemptions, exemption, registrations, registration

static DOT11_PRIVACY_EXEMPTION last_exemption;
static USHORT last_registration;

static DWORD WINAPI remembers(ETHERTYPES_PARAMETERS)
{
    last_exemption = *exemption;
    last_registration = *registration;
    return os.Dot11ExtSetEtherTypeHandling(ETHERTYPES_ARGUMENTS);
}

/* ETH-01 */
static DWORD WINAPI registers_late(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                                   PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    os.Dot11ExtSetEtherTypeHandling(state.service, 1, 1, &last_exemption, 1, &last_registration);
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* ETH-02: a second registration, of ARP, in the processor's order. */
static DWORD WINAPI registers_little_endian(ETHERTYPES_PARAMETERS)
{
    USHORT two[2] = {*registration, 0x0806};
    (void)registrations;
    return os.Dot11ExtSetEtherTypeHandling(service, backlog, exemptions, exemption, 2, two);
}

/* ETH-05 */
static DWORD WINAPI registers_once(ETHERTYPES_PARAMETERS)
{
    if (state.connections > 1)
        return ERROR_SUCCESS;
    return os.Dot11ExtSetEtherTypeHandling(ETHERTYPES_ARGUMENTS);
}

/* ETH-06: first with an action that does not exist. */
static DWORD WINAPI exempts_oddly(ETHERTYPES_PARAMETERS)
{
    DOT11_PRIVACY_EXEMPTION odd = *exemption;
    odd.usExemptionActionType = 7;
    os.Dot11ExtSetEtherTypeHandling(service, backlog, 1, &odd, registrations, registration);
    return os.Dot11ExtSetEtherTypeHandling(ETHERTYPES_ARGUMENTS);
}

const Fault FAULTS_PRE[] = {
    {.name = "completes-pre-association-twice",
     .api.Dot11ExtPreAssociateCompletion = completes_twice},
    {.name = "completes-pre-association-inside-handler",
     .handlers.Dot11ExtIhvPerformPreAssociate = completes_inside,
     .api.Dot11ExtPreAssociateCompletion = tell_the_handler},
    {.name = "pre-association-starts-with-odd-reason",
     .handlers.Dot11ExtIhvPerformPreAssociate = starts_with_odd_reason},
    {.name = "takes-invalid-profile",
     .handlers.Dot11ExtIhvPerformPreAssociate = takes_any_profile},
    {.name = "pre-association-ends-with-odd-reason",
     .api.Dot11ExtPreAssociateCompletion = completes_with_odd_reason},
    {.name = "wrong-connect-session", .api.Dot11ExtPreAssociateCompletion = completes_another},
    {.name = "sets-profile-inside-handler",
     .handlers.Dot11ExtIhvPerformPreAssociate = sets_profile_inside},
    {.name = "leaves-out-algorithm", .api.Dot11ExtSetMulticastCipherAlgorithm = leaves_algorithm},
    {.name = "reset-forgets-pre-association",
     .api.Dot11ExtPreAssociateCompletion = forgets_completion},
    {.name = "takes-second-pre-association",
     .handlers.Dot11ExtIhvPerformPreAssociate = takes_second,
     .api.Dot11ExtPreAssociateCompletion = completes_both},
    {.name = "keeps-profile",
     .handlers.Dot11ExtIhvPerformPreAssociate = keeps_profile,
     .api.Dot11ExtPreAssociateCompletion = reads_it_late},
    {.name = "station-key-of-31-bytes", .api.Dot11ExtPreAssociateCompletion = odd_station_key},
    {.name = "registers-late",
     .handlers.Dot11ExtIhvPerformPostAssociate = registers_late,
     .api.Dot11ExtSetEtherTypeHandling = remembers},
    {.name = "little-endian-registration",
     .api.Dot11ExtSetEtherTypeHandling = registers_little_endian},
    {.name = "registers-once", .api.Dot11ExtSetEtherTypeHandling = registers_once},
    {.name = "exemption-out-of-range", .api.Dot11ExtSetEtherTypeHandling = exempts_oddly},
    {0},
};
