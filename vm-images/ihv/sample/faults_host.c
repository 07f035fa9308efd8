// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults that take the host down, or break the connection on the air (HOST, EXPECT). */
#include "adapter.h"
#include "fault_state.h"
#include "faults.h"

/* HOST-01 */
static DWORD WINAPI crashes(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                            PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    *(volatile int *)NULL = 0;
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* HOST-02 */
static DWORD WINAPI hangs(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                          PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Sleep(INFINITE);
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* EXPECT-01 */
static DWORD WINAPI reports_failure(HANDLE service, HANDLE session, PDOT11_MAC_ADDRESS peer,
                                    DWORD reason, DWORD error)
{
    (void)reason, (void)error;
    return os.Dot11ExtPostAssociateCompletion(service, session, peer, REASON_INTERNAL,
                                              ERROR_ACCESS_DENIED);
}

/* EXPECT-02 */
static DWORD WINAPI sets_wrong_key(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    key->ucKey[key->usKeyLength - 1] ^= 1;
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

const Fault FAULTS_HOST[] = {
    {.name = "crashes", .handlers.Dot11ExtIhvPerformPostAssociate = crashes},
    {.name = "hangs", .handlers.Dot11ExtIhvPerformPostAssociate = hangs},
    {.name = "reports-a-failure", .api.Dot11ExtPostAssociateCompletion = reports_failure},
    {.name = "sets-wrong-key", .api.Dot11ExtSetKeyMappingKey = sets_wrong_key},
    {0},
};
