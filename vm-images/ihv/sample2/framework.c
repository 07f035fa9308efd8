// SPDX-License-Identifier: GPL-2.0-or-later
#include "framework.h"

#include <string.h>

#include "service.h"

enum { BACKLOG = 8, CCMP_BYTES = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + TK_LENGTH };

static const BYTE EAPOL[2] = {0x88, 0x8e}; /* the order of the network */

typedef struct Sent {
    struct Sent *next;
    BYTE packet[8 + REPLY_MAX]; /* peer, EtherType, PDU */
} Sent;

static Sent *outstanding; /* under service_lock; the address is the completion's handle */

static DWORD register_eapol(HANDLE service)
{
    USHORT registration;
    DOT11_PRIVACY_EXEMPTION exemption = {
        .usExemptionActionType = DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
        .usExemptionPacketType = DOT11_EXEMPT_UNICAST,
    };
    memcpy(&registration, EAPOL, sizeof registration);
    exemption.usEtherType = registration;
    return service_api.Dot11ExtSetEtherTypeHandling(service, BACKLOG, 1, &exemption, 1,
                                                    &registration);
}

DWORD framework_prepare(HANDLE service, bool open)
{
    DWORD cipher = open ? DOT11_CIPHER_ALGO_NONE : DOT11_CIPHER_ALGO_CCMP;
    DWORD error = open ? ERROR_SUCCESS : register_eapol(service);
    if (error == ERROR_SUCCESS)
        error = service_api.Dot11ExtSetAuthAlgorithm(
            service, open ? DOT11_AUTH_ALGO_80211_OPEN : DOT11_AUTH_ALGO_RSNA_PSK);
    if (error == ERROR_SUCCESS)
        error = service_api.Dot11ExtSetUnicastCipherAlgorithm(service, cipher);
    if (error == ERROR_SUCCESS)
        error = service_api.Dot11ExtSetMulticastCipherAlgorithm(service, cipher);
    if (error == ERROR_SUCCESS)
        error = service_api.Dot11ExtSetExcludeUnencrypted(service, !open);
    return error;
}

/* DOT11_KEY_ALGO_CCMP, as both key structures nest it in their last member. */
static void nest_ccmp(BYTE *at, const uint8_t counter[6], const uint8_t key[TK_LENGTH])
{
    ULONG length = TK_LENGTH;
    memset(at, 0, CCMP_BYTES);
    memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ucIV48Counter), counter, 6);
    memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength), &length, sizeof length);
    memcpy(at + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), key, TK_LENGTH);
}

DWORD framework_pairwise_key(HANDLE service, const uint8_t peer[6], const uint8_t key[TK_LENGTH])
{
    static const uint8_t unused[6];
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        BYTE bytes[offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + CCMP_BYTES];
    } whole;
    memset(&whole, 0, sizeof whole);
    memcpy(whole.value.PeerMacAddr, peer, 6);
    whole.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    whole.value.Direction = DOT11_DIR_BOTH;
    whole.value.usKeyLength = CCMP_BYTES;
    nest_ccmp(whole.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), unused, key);
    DWORD error = service_api.Dot11ExtSetKeyMappingKey(service, &whole.value);
    SecureZeroMemory(&whole, sizeof whole);
    return error;
}

DWORD framework_group_key(HANDLE service, const GroupKey *group, Defect defect)
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        BYTE bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + CCMP_BYTES];
    } whole;
    memset(&whole, 0, sizeof whole);
    whole.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    whole.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    whole.value.Header.Size = sizeof whole.value;
    whole.value.uKeyIndex = group->index;
    whole.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    whole.value.usKeyLength = CCMP_BYTES;
    nest_ccmp(whole.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), group->counter,
              group->key);
    if (defect == DEFECT_OUTBOUND_GROUP_KEY)
        service_api.Dot11ExtSetDefaultKey(service, &whole.value, DOT11_DIR_OUTBOUND);
    DWORD error = service_api.Dot11ExtSetDefaultKey(service, &whole.value, DOT11_DIR_INBOUND);
    SecureZeroMemory(&whole, sizeof whole);
    if (error == ERROR_SUCCESS)
        error = service_api.Dot11ExtSetDefaultKeyId(service, group->index);
    return error;
}

DWORD framework_send(HANDLE service, const uint8_t peer[6], const uint8_t *pdu, size_t length)
{
    Sent *sent = HeapAlloc(GetProcessHeap(), 0, sizeof *sent);
    if (sent == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    memcpy(sent->packet, peer, 6);
    memcpy(sent->packet + 6, EAPOL, sizeof EAPOL);
    memcpy(sent->packet + 8, pdu, length);
    service_lock();
    sent->next = outstanding;
    outstanding = sent;
    service_unlock();
    DWORD error = service_api.Dot11ExtSendPacket(service, (ULONG)(8 + length), sent->packet, sent);
    if (error != ERROR_SUCCESS)
        framework_sent(sent); /* no completion comes for it */
    return error;
}

bool framework_sent(HANDLE completion)
{
    Sent *found = NULL;
    service_lock();
    for (Sent **at = &outstanding; *at != NULL; at = &(*at)->next) {
        if (*at == completion) {
            found = *at;
            *at = found->next;
            break;
        }
    }
    service_unlock();
    if (found != NULL)
        HeapFree(GetProcessHeap(), 0, found);
    return found != NULL;
}

void framework_close(void)
{
    while (outstanding != NULL)
        framework_sent(outstanding);
}
