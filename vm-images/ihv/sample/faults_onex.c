// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of 802.1X through the OS (ONEX). */
#include <string.h>

#include "adapter.h"
#include "fault_state.h"
#include "faults.h"
#include "keys.h"

#define HEADER 8 /* peer, EtherType */
#define TYPE_AT (HEADER + 1)
#define TYPE_KEY 3

static uint8_t last_packet[EAPOL_MAX]; /* of those handed on */
static DWORD last_size;

/* ONEX-01 */
static DWORD WINAPI starts_before(HANDLE handle, HANDLE session,
                                  PDOT11EXT_IHV_PROFILE_PARAMS params,
                                  PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                  PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                  PDWORD reason)
{
    os.Dot11ExtStartOneX(state.service, NULL);
    return good.Dot11ExtIhvPerformPreAssociate(handle, session, params, connectivity, security,
                                               list, reason);
}

/* ONEX-02 */
static DWORD WINAPI registers_nothing(HANDLE service, ULONG backlog, ULONG exemptions,
                                      PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations,
                                      USHORT *registration)
{
    (void)registrations, (void)registration;
    return os.Dot11ExtSetEtherTypeHandling(service, backlog, exemptions, exemption, 0, NULL);
}

/* ONEX-03 and ONEX-12: while 802.1X is in progress. */
static DWORD WINAPI notes_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                                 PDOT11_MSONEX_RESULT_PARAMS params)
{
    state.done = result == DOT11_MSONEX_SUCCESS;
    return good.Dot11ExtIhvOnexIndicateResult(handle, result, params);
}

/* ONEX-03 */
static DWORD WINAPI hands_on_keys(HANDLE handle, DWORD size, LPVOID buffer)
{
    uint8_t *packet = buffer;
    if (!state.done && size > TYPE_AT && packet[TYPE_AT] == TYPE_KEY)
        os.Dot11ExtProcessSecurityPacket(state.service, size - HEADER, packet + HEADER);
    return good.Dot11ExtIhvReceivePacket(handle, size, buffer);
}

/* ONEX-04: a packet nobody sent, then the right one. */
static DWORD WINAPI hands_on_own_too(HANDLE service, DWORD size, LPVOID packet)
{
    static uint8_t own[] = {2, 0, 0, 1, 0};
    os.Dot11ExtProcessSecurityPacket(service, sizeof own, own);
    return os.Dot11ExtProcessSecurityPacket(service, size, packet);
}

/* ONEX-05 */
static DWORD WINAPI stops_what_never_ran(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    os.Dot11ExtStopOneX(service);
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

static DWORD WINAPI remembers(HANDLE service, DWORD size, LPVOID packet)
{
    if (size <= sizeof last_packet) {
        memcpy(last_packet, packet, size);
        last_size = size;
    }
    return os.Dot11ExtProcessSecurityPacket(service, size, packet);
}

/* ONEX-06 */
static DWORD WINAPI stops_and_hands_on(HANDLE service)
{
    DWORD error = os.Dot11ExtStopOneX(service);
    os.Dot11ExtProcessSecurityPacket(service, last_size, last_packet);
    return error;
}

/* ONEX-07: the last packet once more, as the keys that come of the result are set. */
static DWORD WINAPI hands_on_after_result(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    os.Dot11ExtProcessSecurityPacket(service, last_size, last_packet);
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

/* ONEX-09 */
static DWORD WINAPI starts_with_own_memory(HANDLE service, EAP_ATTRIBUTES *attributes)
{
    static EAP_ATTRIBUTES own;
    os.Dot11ExtFreeBuffer(attributes); /* nothing is left behind: that would be LIFE-12 */
    return os.Dot11ExtStartOneX(service, &own);
}

/* ONEX-10 */
static DWORD WINAPI trusts_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                                  PDOT11_MSONEX_RESULT_PARAMS params)
{
    (void)*(const volatile DWORD *)&params->Dot11OnexAuthStatus;
    return good.Dot11ExtIhvOnexIndicateResult(handle, result, params);
}

/* ONEX-12 */
static DWORD WINAPI refuses_early_key(HANDLE handle, DWORD size, LPVOID buffer)
{
    const uint8_t *packet = buffer;
    DWORD error = good.Dot11ExtIhvReceivePacket(handle, size, buffer);
    bool key = size > TYPE_AT && packet[TYPE_AT] == TYPE_KEY;
    return key && !state.done ? ERROR_INVALID_STATE : error;
}

/* ONEX-13: at the first packet handed on, with a key of its own, as POST-11 wants one. */
static DWORD WINAPI completes_before_result(HANDLE service, DWORD size, LPVOID packet)
{
    static const uint8_t own[16] = {1};
    if (!state.done && keys_set_pairwise(service, state.peer, rsn_cipher(DOT11_CIPHER_ALGO_CCMP), own) == ERROR_SUCCESS)
        os.Dot11ExtPostAssociateCompletion(service, state.session, &state.peer, REASON_SUCCESS,
                                           ERROR_SUCCESS);
    state.done = true;
    return os.Dot11ExtProcessSecurityPacket(service, size, packet);
}

static DWORD WINAPI completes_no_more(HANDLE service, HANDLE session, PDOT11_MAC_ADDRESS peer,
                                      DWORD reason, DWORD error)
{
    if (state.done)
        return ERROR_SUCCESS;
    return os.Dot11ExtPostAssociateCompletion(service, session, peer, reason, error);
}

const Fault FAULTS_ONEX[] = {
    {.name = "starts-onex-early", .handlers.Dot11ExtIhvPerformPreAssociate = starts_before},
    {.name = "starts-onex-unregistered", .api.Dot11ExtSetEtherTypeHandling = registers_nothing},
    {.name = "hands-on-eapol-key",
     .handlers = {.Dot11ExtIhvReceivePacket = hands_on_keys,
                  .Dot11ExtIhvOnexIndicateResult = notes_result}},
    {.name = "hands-on-own-packet", .api.Dot11ExtProcessSecurityPacket = hands_on_own_too},
    {.name = "stops-idle-onex", .api.Dot11ExtSetKeyMappingKey = stops_what_never_ran},
    {.name = "hands-on-after-stop",
     .api = {.Dot11ExtProcessSecurityPacket = remembers, .Dot11ExtStopOneX = stops_and_hands_on}},
    {.name = "hands-on-after-result",
     .api = {.Dot11ExtProcessSecurityPacket = remembers,
             .Dot11ExtSetKeyMappingKey = hands_on_after_result}},
    {.name = "own-eap-attributes", .api.Dot11ExtStartOneX = starts_with_own_memory},
    {.name = "trusts-onex-result", .handlers.Dot11ExtIhvOnexIndicateResult = trusts_result},
    {.name = "refuses-early-key",
     .handlers = {.Dot11ExtIhvReceivePacket = refuses_early_key,
                  .Dot11ExtIhvOnexIndicateResult = notes_result}},
    {.name = "completes-before-result",
     .api = {.Dot11ExtProcessSecurityPacket = completes_before_result,
             .Dot11ExtPostAssociateCompletion = completes_no_more}},
    {0},
};
