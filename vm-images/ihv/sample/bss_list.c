// SPDX-License-Identifier: GPL-2.0-or-later
#include "bss_list.h"

#include <string.h>

#define CAPABILITY_PRIVACY 0x0010u /* IEEE 802.11-2020 9.4.1.4 */

/* Whether a BSS entry (its fixed part, then `size` bytes of elements) offers what is wanted. */
static bool entry_matches(const uint8_t *entry, ULONG size, const SecurityProfile *profile,
                          Rsne *rsne)
{
    USHORT capability;
    memcpy(&capability, entry + offsetof(DOT11_BSS_ENTRY, usCapabilityInformation),
           sizeof capability);
    rsne->size = 0;
    const uint8_t *elements = entry + HIL_BSS_ENTRY_FIXED_SIZE;
    if (profile->open)
        return !(capability & CAPABILITY_PRIVACY);
    if (profile->wep_size != 0 || profile->dynamic_wep)
        return (capability & CAPABILITY_PRIVACY) && !rsn_find(elements, size, false, rsne) &&
               !rsn_find(elements, size, true, rsne);
    return rsn_find(elements, size, profile->wpa, rsne) && rsn_offers(rsne, profile->enterprise);
}

/* Entries follow each other unpadded. */
bool bss_list_find(const DOT11_BSS_LIST *list, const SecurityProfile *profile, Rsne *rsne)
{
    const uint8_t *at = list->pucBuffer;
    size_t left = at != NULL ? list->uNumOfBytes : 0;
    while (left >= HIL_BSS_ENTRY_FIXED_SIZE) {
        ULONG size;
        memcpy(&size, at + offsetof(DOT11_BSS_ENTRY, uBufferLength), sizeof size);
        if (size > left - HIL_BSS_ENTRY_FIXED_SIZE)
            return false;
        if (entry_matches(at, size, profile, rsne))
            return true;
        at += HIL_BSS_ENTRY_FIXED_SIZE + size;
        left -= HIL_BSS_ENTRY_FIXED_SIZE + size;
    }
    return false;
}
