// SPDX-License-Identifier: GPL-2.0-or-later
#include "network.h"

#include <winsock2.h>

#include <ws2ipdef.h>

#include <iphlpapi.h>
#include <iptypes.h>
#include <stdio.h>
#include <string.h>

enum {
    ELEMENT_RSN = 48,
    PRIVACY = 0x0010, /* capability information, IEEE 802.11-2020 9.4.1.4 */
    BEACON_FIXED = 12,
    REQUEST_FIXED = 4,
    REASSOCIATION_FIXED = 10,
    ADAPTERS_BYTES = 32 * 1024,
};

static const uint8_t CCMP[4] = {0x00, 0x0f, 0xac, 4};
static const uint8_t PSK[4] = {0x00, 0x0f, 0xac, 2};

/* A counted list of suites at *at holds this one; *at moves behind the list. */
static bool list_has(const Element *rsne, size_t *at, const uint8_t suite[4])
{
    bool found = false;
    if (rsne->length < *at + 2)
        return false;
    size_t count = rsne->bytes[*at] | (size_t)rsne->bytes[*at + 1] << 8;
    *at += 2;
    if (count > (rsne->length - *at) / 4)
        return false;
    for (size_t end = *at + 4 * count; *at < end; *at += 4)
        found = found || memcmp(rsne->bytes + *at, suite, 4) == 0;
    return found;
}

/* Version 1, group CCMP, then pairwise CCMP and PSK among the suites (9.4.2.24). */
static bool is_wpa2_psk(const Element *rsne)
{
    size_t at = 8;
    return rsne->length >= at && rsne->bytes[2] == 1 && rsne->bytes[3] == 0 &&
           memcmp(rsne->bytes + 4, CCMP, 4) == 0 && list_has(rsne, &at, CCMP) &&
           list_has(rsne, &at, PSK);
}

bool network_offered(const DOT11_BSS_LIST *list, bool open)
{
    const UCHAR *at = list->pucBuffer;
    ULONG left = at != NULL ? list->uNumOfBytes : 0, size;
    while (left >= HIL_BSS_ENTRY_FIXED_SIZE) {
        USHORT capability;
        Element rsne;
        memcpy(&capability, at + offsetof(DOT11_BSS_ENTRY, usCapabilityInformation), 2);
        memcpy(&size, at + offsetof(DOT11_BSS_ENTRY, uBufferLength), sizeof size);
        if (size > left - HIL_BSS_ENTRY_FIXED_SIZE)
            return false;
        bool has_rsne = element_find(at + HIL_BSS_ENTRY_FIXED_SIZE, size, ELEMENT_RSN, &rsne);
        if (open ? !(capability & PRIVACY) && !has_rsne : has_rsne && is_wpa2_psk(&rsne))
            return true;
        at += HIL_BSS_ENTRY_FIXED_SIZE + size;
        left -= HIL_BSS_ENTRY_FIXED_SIZE + size;
    }
    return false;
}

static bool rsne_of(const uint8_t *whole, ULONG bytes, ULONG offset, ULONG size, ULONG fixed,
                    Element *found)
{
    if (offset > bytes || size > bytes - offset || size < fixed)
        return false;
    return element_find(whole + offset + fixed, size - fixed, ELEMENT_RSN, found);
}

bool network_elements(const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, ULONG bytes,
                      Element *request, Element *beacon)
{
    const uint8_t *whole = (const uint8_t *)params;
    ULONG fixed = params->bReAssocReq ? REASSOCIATION_FIXED : REQUEST_FIXED;
    return params->uAssocReqOffset >= HIL_ASSOC_PARAMS_SIZE_VISTA &&
           params->uBeaconOffset >= HIL_ASSOC_PARAMS_SIZE_VISTA &&
           rsne_of(whole, bytes, params->uAssocReqOffset, params->uAssocReqSize, fixed, request) &&
           rsne_of(whole, bytes, params->uBeaconOffset, params->uBeaconSize, BEACON_FIXED, beacon);
}

static bool address_by_name(const char *name, uint8_t address[6])
{
    IP_ADAPTER_ADDRESSES *list = HeapAlloc(GetProcessHeap(), 0, ADAPTERS_BYTES);
    ULONG size = ADAPTERS_BYTES;
    bool found = false;
    if (list != NULL && GetAdaptersAddresses(AF_UNSPEC, 0, NULL, list, &size) == ERROR_SUCCESS) {
        for (const IP_ADAPTER_ADDRESSES *each = list; each != NULL && !found; each = each->Next) {
            found = each->PhysicalAddressLength == 6 && _stricmp(each->AdapterName, name) == 0;
            if (found)
                memcpy(address, each->PhysicalAddress, 6);
        }
    }
    if (list != NULL)
        HeapFree(GetProcessHeap(), 0, list);
    return found;
}

/* Windows knows a network adapter by the GUID that InitAdapter gives. The reference guest's radio
 * is no adapter of Wine's; its GUID ends in the radio's address (autoconfig's adapter.py). */
bool network_own_address(const GUID *adapter, uint8_t address[6])
{
    char name[40];
    const BYTE *d = adapter->Data4;
    snprintf(name, sizeof name, "{%08lX-%04X-%04X-%02X%02X-%02X%02X%02X%02X%02X%02X}",
             adapter->Data1, adapter->Data2, adapter->Data3, d[0], d[1], d[2], d[3], d[4], d[5],
             d[6], d[7]);
    if (address_by_name(name, address))
        return true;
    memcpy(address, d + 2, 6);
    return adapter->Data1 == 0xd8f2a1c4 && !(address[0] & 1);
}
