// SPDX-License-Identifier: GPL-2.0-or-later
/* What the OS tells of a network: its BSS list, and the parameters of an association. */
#ifndef SECOND_NETWORK_H
#define SECOND_NETWORK_H

#include <stdbool.h>

#include "supplicant.h"
#include "wlanihv.h"

/* Whether one of the BSSs is an open one, or else one of WPA2-PSK with CCMP. */
bool network_offered(const DOT11_BSS_LIST *list, bool open);

/* The RSNEs of request and beacon from the parameters of an association that succeeded; false if
 * they lie: every offset and size in them counts from the structure's beginning and is checked. */
bool network_elements(const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, ULONG bytes,
                      Element *request, Element *beacon);

/* The station's own address, which no handler tells: that of the network adapter of this GUID. */
bool network_own_address(const GUID *adapter, uint8_t address[6]);

#endif
