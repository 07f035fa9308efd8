// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of keys and algorithms (KEY): mostly a wrong call before the right one. */
#include <string.h>

#include "fault_state.h"
#include "faults.h"

#define DEFAULT_KEY_PARAMETERS                                                                    \
    HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key, DOT11_DIRECTION direction

/* Sets a copy of the key, changed before the key itself. */
static DWORD set_also(DEFAULT_KEY_PARAMETERS, void (*change)(PDOT11_CIPHER_DEFAULT_KEY_VALUE key))
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        uint8_t bytes[128];
    } copy;
    size_t size = offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + key->usKeyLength;
    if (size <= sizeof copy) {
        memcpy(&copy, key, size);
        change(&copy.value);
        os.Dot11ExtSetDefaultKey(service, &copy.value, direction);
        SecureZeroMemory(&copy, sizeof copy);
    }
    return os.Dot11ExtSetDefaultKey(service, key, direction);
}

/* KEY-01 */
static DWORD WINAPI outbound_too(DEFAULT_KEY_PARAMETERS)
{
    os.Dot11ExtSetDefaultKey(service, key, DOT11_DIR_OUTBOUND);
    return os.Dot11ExtSetDefaultKey(service, key, direction);
}

static void index_9(PDOT11_CIPHER_DEFAULT_KEY_VALUE key)
{
    key->uKeyIndex = 9;
}

/* KEY-02 */
static DWORD WINAPI with_index_9_too(DEFAULT_KEY_PARAMETERS)
{
    return set_also(service, key, direction, index_9);
}

static void group_address(PDOT11_CIPHER_DEFAULT_KEY_VALUE key)
{
    key->MacAddr[0] |= 1;
}

/* KEY-03 */
static DWORD WINAPI for_group_address(DEFAULT_KEY_PARAMETERS)
{
    return set_also(service, key, direction, group_address);
}

/* KEY-04 */
static DWORD WINAPI without_header(DEFAULT_KEY_PARAMETERS)
{
    memset(&key->Header, 0, sizeof key->Header);
    return os.Dot11ExtSetDefaultKey(service, key, direction);
}

static void too_short(PDOT11_CIPHER_DEFAULT_KEY_VALUE key)
{
    key->usKeyLength = 5;
}

/* KEY-06 */
static DWORD WINAPI too_short_too(DEFAULT_KEY_PARAMETERS)
{
    return set_also(service, key, direction, too_short);
}

/* KEY-05: a dynamic key before there is an association it could belong to. */
static DWORD WINAPI sets_key_early(HANDLE service, BOOL exclude)
{
    static const uint8_t length_of_key[4] = {16, 0, 0, 0};
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        uint8_t bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + 28];
    } key;
    memset(&key, 0, sizeof key);
    key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
    key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.value.usKeyLength = 28;
    memcpy(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) +
               offsetof(DOT11_KEY_ALGO_CCMP, ulCCMPKeyLength),
           length_of_key, sizeof length_of_key);
    os.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_INBOUND);
    return os.Dot11ExtSetExcludeUnencrypted(service, exclude);
}

/* KEY-08 */
static DWORD WINAPI algorithm_77_too(HANDLE service, DWORD algorithm)
{
    os.Dot11ExtSetAuthAlgorithm(service, 77);
    return os.Dot11ExtSetAuthAlgorithm(service, algorithm);
}

/* KEY-09: keys of this DLL have index 1 or 2 */
static DWORD WINAPI id_3_too(HANDLE service, ULONG id)
{
    os.Dot11ExtSetDefaultKeyId(service, 3);
    return os.Dot11ExtSetDefaultKeyId(service, id);
}

/* KEY-11: without the exemption; unencrypted frames are let in again before EAPOL comes. */
static DWORD WINAPI without_exemption(HANDLE service, ULONG backlog, ULONG exemptions,
                                      PDOT11_PRIVACY_EXEMPTION exemption, ULONG registrations,
                                      USHORT *registration)
{
    (void)exemptions, (void)exemption;
    return os.Dot11ExtSetEtherTypeHandling(service, backlog, 0, NULL, registrations, registration);
}

static DWORD WINAPI lets_eapol_in(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                                  PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    os.Dot11ExtSetExcludeUnencrypted(state.service, FALSE);
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

const Fault FAULTS_KEYS[] = {
    {.name = "outbound-default-key", .api.Dot11ExtSetDefaultKey = outbound_too},
    {.name = "key-index-out-of-range", .api.Dot11ExtSetDefaultKey = with_index_9_too},
    {.name = "key-for-group-address", .api.Dot11ExtSetDefaultKey = for_group_address},
    {.name = "key-without-header", .api.Dot11ExtSetDefaultKey = without_header},
    {.name = "dynamic-key-too-early", .api.Dot11ExtSetExcludeUnencrypted = sets_key_early},
    {.name = "key-too-short", .api.Dot11ExtSetDefaultKey = too_short_too},
    {.name = "no-such-algorithm", .api.Dot11ExtSetAuthAlgorithm = algorithm_77_too},
    {.name = "key-id-never-set", .api.Dot11ExtSetDefaultKeyId = id_3_too},
    {.name = "eapol-not-exempted",
     .handlers.Dot11ExtIhvPerformPostAssociate = lets_eapol_in,
     .api.Dot11ExtSetEtherTypeHandling = without_exemption},
    {0},
};
