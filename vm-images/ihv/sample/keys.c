// SPDX-License-Identifier: GPL-2.0-or-later
#include "keys.h"

#include <winsock2.h>

#include <ws2ipdef.h>

#include <iptypes.h>
#include <string.h>

#include "api.h"
#include "text.h"

#define ETHER_TYPE_EAPOL_BE 0x8e88u /* bytes 88 8e in memory: both lists want network order */
#define MAX_BACKLOG 10
#define ADAPTER_LIST_BYTES 32768u
#define BIP_KEY_BYTES (offsetof(DOT11_KEY_ALGO_BIP, ucBIPKey) + GTK_SIZE)
/* DOT11_KEY_ALGO_CCMP up to and with its key. */
#define CCMP_KEY_BYTES (offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey) + 16)

/* The reference guest names its radio by a GUID of this form whose node is the MAC address. */
static const GUID REFERENCE_RADIO = {
    0xd8f2a1c4, 0x77e0, 0x4b6e, {0x9c, 0x53, 0, 0, 0, 0, 0, 0}};
#define GUID_NODE 10 /* offset of the node, which is the last six bytes */

DWORD keys_prepare(HANDLE service, DOT11_AUTH_ALGORITHM algorithm, bool (*wanted)(void *context),
                   void *context)
{
    /* EAPOL goes unprotected until there is a pairwise key, then protected. */
    DOT11_PRIVACY_EXEMPTION exemption = {
        .usEtherType = ETHER_TYPE_EAPOL_BE,
        .usExemptionActionType = DOT11_EXEMPT_ON_KEY_MAPPING_KEY_UNAVAILABLE,
        .usExemptionPacketType = DOT11_EXEMPT_BOTH,
    };
    USHORT registration = ETHER_TYPE_EAPOL_BE;
    DWORD error = api.Dot11ExtSetEtherTypeHandling(service, MAX_BACKLOG, 1, &exemption, 1,
                                                   &registration);
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetAuthAlgorithm(service, algorithm)
                                : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context)
                    ? api.Dot11ExtSetUnicastCipherAlgorithm(service, DOT11_CIPHER_ALGO_CCMP)
                    : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context)
                    ? api.Dot11ExtSetMulticastCipherAlgorithm(service, DOT11_CIPHER_ALGO_CCMP)
                    : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context) ? api.Dot11ExtSetExcludeUnencrypted(service, TRUE)
                                : ERROR_CANCELLED;
    return error;
}

DWORD keys_prepare_open(HANDLE service, bool (*wanted)(void *context), void *context)
{
    DWORD error = api.Dot11ExtSetAuthAlgorithm(service, DOT11_AUTH_ALGO_80211_OPEN);
    if (error == ERROR_SUCCESS)
        error = wanted(context)
                    ? api.Dot11ExtSetUnicastCipherAlgorithm(service, DOT11_CIPHER_ALGO_NONE)
                    : ERROR_CANCELLED;
    if (error == ERROR_SUCCESS)
        error = wanted(context)
                    ? api.Dot11ExtSetMulticastCipherAlgorithm(service, DOT11_CIPHER_ALGO_NONE)
                    : ERROR_CANCELLED;
    return error;
}

/* A CCMP key as the members ucKey of both key structures hold it. */
static void fill_ccmp(UCHAR *out, const uint8_t key[16], const uint8_t counter[6])
{
    union {
        DOT11_KEY_ALGO_CCMP value;
        UCHAR bytes[CCMP_KEY_BYTES];
    } ccmp;
    memset(&ccmp, 0, sizeof ccmp);
    memcpy(ccmp.value.ucIV48Counter, counter, 6);
    ccmp.value.ulCCMPKeyLength = 16;
    memcpy(ccmp.bytes + offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey), key, 16);
    memcpy(out, ccmp.bytes, CCMP_KEY_BYTES);
    SecureZeroMemory(&ccmp, sizeof ccmp);
}

DWORD keys_set_pairwise(HANDLE service, const uint8_t peer[6], const uint8_t tk[16])
{
    static const uint8_t fresh[6] = {0};
    union {
        DOT11_CIPHER_KEY_MAPPING_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey) + CCMP_KEY_BYTES];
    } key;
    memset(&key, 0, sizeof key);
    memcpy(key.value.PeerMacAddr, peer, 6);
    key.value.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.value.Direction = DOT11_DIR_BOTH;
    key.value.usKeyLength = CCMP_KEY_BYTES;
    fill_ccmp(key.bytes + offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey), tk, fresh);
    DWORD error = api.Dot11ExtSetKeyMappingKey(service, &key.value);
    SecureZeroMemory(&key, sizeof key);
    return error;
}

/* All of a default key but the key; the rest of `key` is zero. */
static void default_key_head(DOT11_CIPHER_DEFAULT_KEY_VALUE *key, ULONG index,
                             DOT11_CIPHER_ALGORITHM cipher, const uint8_t peer[6])
{
    key->Header.Type = NDIS_OBJECT_TYPE_DEFAULT;
    key->Header.Revision = DOT11_CIPHER_DEFAULT_KEY_VALUE_REVISION_1;
    key->Header.Size = sizeof(DOT11_CIPHER_DEFAULT_KEY_VALUE);
    key->uKeyIndex = index;
    key->AlgorithmId = cipher;
    memcpy(key->MacAddr, peer, 6);
}

DWORD keys_set_group(HANDLE service, const uint8_t peer[6], const Gtk *gtk, const uint8_t rsc[6])
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + CCMP_KEY_BYTES];
    } key;
    memset(&key, 0, sizeof key);
    default_key_head(&key.value, gtk->index, DOT11_CIPHER_ALGO_CCMP, peer);
    key.value.usKeyLength = CCMP_KEY_BYTES;
    fill_ccmp(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), gtk->key, rsc);
    DWORD error = api.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_INBOUND);
    SecureZeroMemory(&key, sizeof key);
    if (error == ERROR_SUCCESS)
        error = api.Dot11ExtSetDefaultKeyId(service, gtk->index);
    return error;
}

DWORD keys_set_integrity(HANDLE service, const uint8_t peer[6], const Igtk *igtk)
{
    union {
        DOT11_CIPHER_DEFAULT_KEY_VALUE value;
        UCHAR bytes[offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey) + BIP_KEY_BYTES];
    } key;
    union {
        DOT11_KEY_ALGO_BIP value;
        UCHAR bytes[BIP_KEY_BYTES];
    } bip;
    memset(&key, 0, sizeof key);
    memset(&bip, 0, sizeof bip);
    default_key_head(&key.value, igtk->index,
                     (DOT11_CIPHER_ALGORITHM)DOT11_CIPHER_ALGO_BIP_VALUE, peer);
    key.value.usKeyLength = BIP_KEY_BYTES;
    memcpy(bip.value.ucIPN, igtk->pn, sizeof igtk->pn);
    bip.value.ulBIPKeyLength = GTK_SIZE;
    memcpy(bip.bytes + offsetof(DOT11_KEY_ALGO_BIP, ucBIPKey), igtk->key, GTK_SIZE);
    memcpy(key.bytes + offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey), bip.bytes, BIP_KEY_BYTES);
    DWORD error = api.Dot11ExtSetDefaultKey(service, &key.value, DOT11_DIR_INBOUND);
    SecureZeroMemory(&key, sizeof key);
    SecureZeroMemory(&bip, sizeof bip);
    return error;
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
