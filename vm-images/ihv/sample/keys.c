// SPDX-License-Identifier: GPL-2.0-or-later
#include "keys.h"

#include <winsock2.h>

#include <ws2ipdef.h>

#include <iptypes.h>
#include <string.h>

#include "api.h"
#include "profile.h"
#include "text.h"

#define ETHER_TYPE_EAPOL_BE 0x8e88u /* bytes 88 8e in memory: both lists want network order */
#define MAX_BACKLOG 10
#define ADAPTER_LIST_BYTES 32768u
/* The DOT11_KEY_ALGO_* of CCMP, GCMP and BIP are all laid out as that of CCMP. */
#define ALGO_HEAD offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey)
/* That of TKIP has the length of its Michael keys besides. */
#define TKIP_HEAD offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys)
#define ALGO_MAX (TKIP_HEAD + KEY_MAX)

/* The reference guest names its radio by a GUID of this form whose node is the MAC address. */
static const GUID REFERENCE_RADIO = {
    0xd8f2a1c4, 0x77e0, 0x4b6e, {0x9c, 0x53, 0, 0, 0, 0, 0, 0}};
#define GUID_NODE 10 /* offset of the node, which is the last six bytes */

static DWORD set_algorithms(HANDLE service, DWORD algorithm, DWORD unicast, DWORD multicast,
                            bool (*wanted)(void *context), void *context)
{
    DWORD error = wanted(context) ? api.Dot11ExtSetAuthAlgorithm(service, algorithm)
                                  : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetUnicastCipherAlgorithm(service, unicast)
                                : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetMulticastCipherAlgorithm(service, multicast)
                                : ERROR_CANCELLED;
    return error;
}

/* EAPOL comes to this DLL, and is exempt from protection in that way. */
static DWORD take_eapol(HANDLE service, USHORT exempt)
{
    DOT11_PRIVACY_EXEMPTION exemption = {
        .usEtherType = ETHER_TYPE_EAPOL_BE,
        .usExemptionActionType = exempt,
        .usExemptionPacketType = DOT11_EXEMPT_BOTH,
    };
    USHORT registration = ETHER_TYPE_EAPOL_BE;
    return api.Dot11ExtSetEtherTypeHandling(service, MAX_BACKLOG, 1, &exemption, 1, &registration);
}

DWORD keys_prepare(HANDLE service, DOT11_AUTH_ALGORITHM algorithm, const Rsne *beacon,
                   bool (*wanted)(void *context), void *context)
{
    bool wpa = algorithm == DOT11_AUTH_ALGO_WPA_PSK || algorithm == DOT11_AUTH_ALGO_WPA;
    const Cipher *usual = rsn_cipher(wpa ? DOT11_CIPHER_ALGO_TKIP : DOT11_CIPHER_ALGO_CCMP);
    const Cipher *pairwise = beacon->size != 0 ? rsn_pairwise(beacon) : usual;
    const Cipher *group = beacon->size != 0 ? rsn_group(beacon) : usual;
    if (pairwise == NULL || group == NULL)
        return ERROR_NOT_SUPPORTED;
    /* EAPOL goes unprotected until there is a pairwise key, then protected. */
    DWORD error = take_eapol(service, DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE);
    if (error == ERROR_SUCCESS)
        error = set_algorithms(service, algorithm, pairwise->algorithm, group->algorithm, wanted,
                               context);
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetExcludeUnencrypted(service, TRUE)
                                : ERROR_CANCELLED;
    return error;
}

DWORD keys_prepare_bare(HANDLE service, DWORD algorithm, DWORD cipher,
                        bool (*wanted)(void *context), void *context)
{
    return set_algorithms(service, algorithm, cipher, cipher, wanted, context);
}

static DWORD wep_algorithm(size_t size)
{
    return size == WEP_KEY_MAX ? DOT11_CIPHER_ALGO_WEP104 : DOT11_CIPHER_ALGO_WEP40;
}

static DWORD set_static_wep(HANDLE service, const uint8_t *wep, size_t size)
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + WEP_KEY_MAX];
    } key;
    memset(&key, 0, sizeof key);
    key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
    key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)wep_algorithm(size);
    key.value.bStatic = TRUE; /* else the driver deletes it when the association completes */
    key.value.usKeyLength = (USHORT)size;
    memcpy(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), wep, size);
    DWORD error = api.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_BOTH);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

DWORD keys_prepare_wep(HANDLE service, const uint8_t *key, size_t size,
                       bool (*wanted)(void *context), void *context)
{
    DWORD error = wanted(context) ? api.Dot11ExtSetExcludeUnencrypted(service, TRUE)
                                  : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? set_static_wep(service, key, size) : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetDefaultKeyId(service, 0) : ERROR_CANCELLED;
    return error;
}

DWORD keys_prepare_wep_eap(HANDLE service, bool (*wanted)(void *context), void *context)
{
    /* With dynamic WEP EAPOL is never protected. */
    DWORD error = take_eapol(service, DOT11_EXEMPT_ALWAYS);
    if (error == ERROR_SUCCESS)
        error = set_algorithms(service, DOT11_AUTH_ALGO_80211_OPEN, DOT11_CIPHER_ALGO_WEP,
                               DOT11_CIPHER_ALGO_WEP, wanted, context);
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetExcludeUnencrypted(service, TRUE)
                                : ERROR_CANCELLED;
    return error;
}

static DWORD set_wep_of_all(HANDLE service, const uint8_t peer[6], const WepKey *wep)
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + WEP_KEY_MAX];
    } key;
    memset(&key, 0, sizeof key);
    key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
    key.value.uKeyIndex = wep->index;
    key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)wep_algorithm(wep->size);
    memcpy(key.value.MacAddr, peer, 6);
    key.value.usKeyLength = (USHORT)wep->size;
    memcpy(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), wep->bytes, wep->size);
    DWORD error = api.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_INBOUND);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

DWORD keys_set_wep(HANDLE service, const uint8_t peer[6], const WepKey *wep)
{
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + WEP_KEY_MAX];
    } key;
    if (!wep->unicast)
        return set_wep_of_all(service, peer, wep);
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, peer, 6);
    key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)wep_algorithm(wep->size);
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.usKeyLength = (USHORT)wep->size;
    memcpy(key.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), wep->bytes, wep->size);
    DWORD error = api.Dot11ExtSetKeyMappingKey(service, &key.value);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

/* The temporal key, then the Michael key of what is received and that of what is sent: so a station
 * has them in its PTK, and in a group key. */
static USHORT fill_tkip(UCHAR *out, const uint8_t key[KEY_MAX], const uint8_t counter[6])
{
    DOT11_KEY_ALGO_TKIP_MIC head;
    memset(&head, 0, sizeof head);
    memcpy(head.ucIV48Counter, counter, 6);
    head.ulTKIPKeyLength = head.ulMICKeyLength = KEY_MAX / 2;
    memcpy(out, &head, TKIP_HEAD);
    memcpy(out + TKIP_HEAD, key, KEY_MAX);
    return (USHORT)(TKIP_HEAD + KEY_MAX);
}

/* A key as the members ucKey of both key structures hold it; its size. */
static USHORT fill_key(UCHAR *out, const Cipher *cipher, const uint8_t *key,
                       const uint8_t counter[6])
{
    DOT11_KEY_ALGO_CCMP head;
    if (cipher->algorithm == DOT11_CIPHER_ALGO_TKIP)
        return fill_tkip(out, key, counter);
    memset(&head, 0, sizeof head);
    memcpy(head.ucIV48Counter, counter, 6);
    head.ulCCMPKeyLength = (ULONG)cipher->key_size;
    memcpy(out, &head, ALGO_HEAD);
    memcpy(out + ALGO_HEAD, key, cipher->key_size);
    return (USHORT)(ALGO_HEAD + cipher->key_size);
}

DWORD keys_set_pairwise(HANDLE service, const uint8_t peer[6], const Cipher *cipher,
                        const uint8_t *tk)
{
    static const uint8_t fresh[6] = {0};
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + ALGO_MAX];
    } key;
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, peer, 6);
    key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)cipher->algorithm;
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.usKeyLength = fill_key(
        key.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), cipher, tk, fresh);
    DWORD error = api.Dot11ExtSetKeyMappingKey(service, &key.value);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

/* A default key, for receiving. */
static DWORD set_default(HANDLE service, ULONG index, const uint8_t peer[6], const Cipher *cipher,
                         const uint8_t *bytes, const uint8_t counter[6])
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + ALGO_MAX];
    } key;
    memset(&key, 0, sizeof key);
    key.value.Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    key.value.Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    key.value.Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
    key.value.uKeyIndex = index;
    key.value.AlgorithmId = (DOT11_CIPHER_ALGORITHM)cipher->algorithm;
    memcpy(key.value.MacAddr, peer, 6);
    key.value.usKeyLength = fill_key(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey),
                                     cipher, bytes, counter);
    DWORD error = api.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_INBOUND);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

DWORD keys_set_group(HANDLE service, const uint8_t peer[6], const Gtk *gtk, const uint8_t rsc[6])
{
    DWORD error = set_default(service, gtk->index, peer, gtk->cipher, gtk->key, rsc);
    if (error == ERROR_SUCCESS)
        error = api.Dot11ExtSetDefaultKeyId(service, gtk->index);
    return error;
}

DWORD keys_set_integrity(HANDLE service, const uint8_t peer[6], const Igtk *igtk)
{
    return set_default(service, igtk->index, peer, igtk->cipher, igtk->key, igtk->pn);
}

/* Address of the adapter whose name is this GUID. iphlpapi is loaded only when it is needed. */
static bool address_of_guid(const GUID *adapter, uint8_t address[6])
{
    IP_ADAPTER_ADDRESSES *list = HeapAlloc(GetProcessHeap(), 0, ADAPTER_LIST_BYTES);
    ULONG(WINAPI * get)(ULONG, ULONG, PVOID, PIP_ADAPTER_ADDRESSES, PULONG);
    char name[TEXT_GUID_SIZE];
    ULONG size = ADAPTER_LIST_BYTES;
    bool found = false;
    HMODULE library = LoadLibraryW(L"iphlpapi.dll");
    FARPROC function = library != NULL ? GetProcAddress(library, "GetAdaptersAddresses") : NULL;

    memcpy(&get, &function, sizeof get);
    text_guid(adapter, name);
    if (list != NULL && function != NULL &&
        get(AF_UNSPEC, 0, NULL, list, &size) == ERROR_SUCCESS) {
        for (const IP_ADAPTER_ADDRESSES *a = list; a != NULL && !found; a = a->Next) {
            found = a->PhysicalAddressLength == 6 && _stricmp(a->AdapterName, name) == 0;
            if (found)
                memcpy(address, a->PhysicalAddress, 6);
        }
    }
    if (library != NULL)
        FreeLibrary(library);
    if (list != NULL)
        HeapFree(GetProcessHeap(), 0, list);
    return found;
}

bool keys_own_address(const GUID *adapter, uint8_t address[6])
{
    if (memcmp(adapter, &REFERENCE_RADIO, GUID_NODE) != 0)
        return address_of_guid(adapter, address);
    memcpy(address, (const uint8_t *)adapter + GUID_NODE, 6);
    return true;
}
