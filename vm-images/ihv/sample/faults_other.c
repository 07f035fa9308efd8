// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of the handlers and functions beside the connection (UI, IND, MEM, PROF, CTRL). */
#include <string.h>

#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

#define POST_PARAMETERS                                                                           \
    HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,                            \
        PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params
#define POST_ARGUMENTS handle, session, port, size, params

static BYTE question[] = "Which key?";
static DOT11EXT_IHV_UI_REQUEST request = {
    .dwSessionId = 1,
    .guidUIRequest = {0x5a3c1e00, 0x1f2e, 0x4d3c, {0x8b, 0x4a, 1, 2, 3, 4, 5, 6}},
    .dwByteCount = sizeof question,
    .pvUIRequest = question,
};

/* Each connection asks under a GUID of its own. */
static void ask(void)
{
    request.guidUIRequest.Data1++;
    os.Dot11ExtSendUIRequest(state.service, &request);
}

/* UI-02 */
static DWORD WINAPI asks_twice(POST_PARAMETERS)
{
    ask();
    os.Dot11ExtSendUIRequest(state.service, &request);
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* UI-03 to UI-06, RST-04: a request is sent, and then something of what should follow is not
 * done.  Requests of the good DLL stay its own. */
static DWORD WINAPI asks(POST_PARAMETERS)
{
    ask();
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* UI-03 */
static DWORD WINAPI asks_and_overwrites(POST_PARAMETERS)
{
    ask();
    question[0] ^= 0x20;
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

static DWORD WINAPI never_forgets(GUID id, PBOOL pending)
{
    if (memcmp(&id, &request.guidUIRequest, sizeof id) != 0)
        return good.Dot11ExtIhvIsUIRequestPending(id, pending);
    *pending = TRUE;
    return ERROR_SUCCESS;
}

static DWORD WINAPI takes_answer(GUID id, DWORD size, LPVOID response)
{
    if (memcmp(&id, &request.guidUIRequest, sizeof id) != 0)
        return good.Dot11ExtIhvProcessUIResponse(id, size, response);
    return ERROR_SUCCESS;
}

/* UI-07: memory of its own. */
static DWORD WINAPI gives_own_memory(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                                     PDOT11EXT_IHV_UI_REQUEST *given)
{
    (void)handle, (void)phase;
    *given = &request;
    return ERROR_SUCCESS;
}

/* MEM-01: frees what it has given away. */
static DWORD WINAPI gives_a_buffer(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                                   PDOT11EXT_IHV_UI_REQUEST *given)
{
    (void)handle, (void)phase;
    if (os.Dot11ExtAllocateBuffer(sizeof request, &state.kept) != ERROR_SUCCESS)
        return ERROR_NOT_ENOUGH_MEMORY;
    memset(state.kept, 0, sizeof request);
    *given = state.kept;
    return ERROR_SUCCESS;
}

static DWORD WINAPI frees_it_too(HANDLE handle, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status)
{
    if (state.kept != NULL)
        os.Dot11ExtFreeBuffer(state.kept);
    state.kept = NULL;
    return good.Dot11ExtIhvStopPostAssociate(handle, peer, status);
}

/* IND-01 */
static DWORD WINAPI knows_any_indication(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type,
                                         ULONG size, LPVOID buffer)
{
    good.Dot11ExtIhvReceiveIndication(handle, type, size, buffer);
    return ERROR_SUCCESS;
}

/* MEM-02: memory of the process's heap, which FreeBuffer did not give. */
static DWORD WINAPI frees_own_memory(POST_PARAMETERS)
{
    os.Dot11ExtFreeBuffer(HeapAlloc(GetProcessHeap(), 0, 32));
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* MEM-03 */
static DWORD WINAPI notifies_of_nothing(POST_PARAMETERS)
{
    os.Dot11ExtSendNotification(state.service, NULL);
    return good.Dot11ExtIhvPerformPostAssociate(POST_ARGUMENTS);
}

/* PROF-01 */
static DWORD WINAPI valid_with_odd_reason(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                          PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason)
{
    DWORD error =
        good.Dot11ExtIhvValidateProfile(handle, params, connectivity, security, reason);
    *reason = error == ERROR_SUCCESS ? REASON_OF_MSM : 0;
    return error;
}

/* PROF-02 */
static DWORD WINAPI match_with_odd_reason(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                          PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                          PDOT11EXT_IHV_SECURITY_PROFILE security,
                                          PDOT11_BSS_LIST list, PDWORD reason)
{
    DWORD error = good.Dot11ExtIhvPerformCapabilityMatch(handle, params, connectivity, security,
                                                         list, reason);
    *reason = error == ERROR_SUCCESS ? REASON_OF_MSM : 0;
    return error;
}

/* PROF-03 */
static DWORD WINAPI discovers_without_reason(HANDLE handle, BOOL insecure,
                                             PDOT11EXT_IHV_PROFILE_PARAMS params,
                                             PDOT11_BSS_LIST list,
                                             PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                                             PDWORD reason)
{
    DWORD error = good.Dot11ExtIhvCreateDiscoveryProfiles(handle, insecure, params, list, profiles,
                                                          reason);
    *reason = REASON_SUCCESS;
    return error;
}

/* CTRL-01 */
static DWORD WINAPI returns_more_than_fits(HANDLE handle, DWORD in_size, PBYTE in, DWORD out_size,
                                           PBYTE out, PDWORD returned)
{
    (void)handle, (void)in_size, (void)in, (void)out;
    *returned = out_size + 1;
    return ERROR_SUCCESS;
}

const Fault FAULTS_OTHER[] = {
    {.name = "reuses-ui-guid", .handlers.Dot11ExtIhvPerformPostAssociate = asks_twice},
    {.name = "overwrites-ui-request",
     .handlers.Dot11ExtIhvPerformPostAssociate = asks_and_overwrites},
    {.name = "forgets-ui-request", .handlers.Dot11ExtIhvPerformPostAssociate = asks},
    {.name = "keeps-answered-ui-request",
     .handlers = {.Dot11ExtIhvPerformPostAssociate = asks,
                  .Dot11ExtIhvIsUIRequestPending = never_forgets,
                  .Dot11ExtIhvProcessUIResponse = takes_answer}},
    {.name = "keeps-ui-request-after-logoff",
     .handlers = {.Dot11ExtIhvPerformPostAssociate = asks,
                  .Dot11ExtIhvIsUIRequestPending = never_forgets}},
    {.name = "keeps-ui-request-after-reset",
     .handlers = {.Dot11ExtIhvPerformPostAssociate = asks,
                  .Dot11ExtIhvIsUIRequestPending = never_forgets}},
    {.name = "query-gives-own-memory", .handlers.Dot11ExtIhvQueryUIRequest = gives_own_memory},
    {.name = "frees-what-it-gave",
     .handlers = {.Dot11ExtIhvQueryUIRequest = gives_a_buffer,
                  .Dot11ExtIhvStopPostAssociate = frees_it_too}},
    {.name = "knows-any-indication", .handlers.Dot11ExtIhvReceiveIndication = knows_any_indication},
    {.name = "frees-foreign-memory", .handlers.Dot11ExtIhvPerformPostAssociate = frees_own_memory},
    {.name = "notifies-of-nothing",
     .handlers.Dot11ExtIhvPerformPostAssociate = notifies_of_nothing},
    {.name = "validates-with-odd-reason",
     .handlers.Dot11ExtIhvValidateProfile = valid_with_odd_reason},
    {.name = "matches-with-odd-reason",
     .handlers.Dot11ExtIhvPerformCapabilityMatch = match_with_odd_reason},
    {.name = "discovers-without-reason",
     .handlers.Dot11ExtIhvCreateDiscoveryProfiles = discovers_without_reason},
    {.name = "control-returns-too-much", .handlers.Dot11ExtIhvControl = returns_more_than_fits},
    {0},
};
