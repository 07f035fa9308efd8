// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "adapter.h"

/* Fixed fields before the elements (IEEE 802.11-2020 9.3.3.5, 9.3.3.7, 9.3.3.2). */
#define ASSOC_REQUEST_FIXED 4
#define REASSOC_REQUEST_FIXED 10
#define BEACON_FIXED 12

/* A body inside the buffer: offsets count from the start of the structure, and any of them may be
 * wrong ("DOT11_ASSOCIATION_COMPLETION_PARAMETERS"). */
static bool find_rsne(const uint8_t *buffer, ULONG total, ULONG offset, ULONG size, ULONG fixed,
                      bool wpa, Rsne *rsne)
{
    if (offset < HIL_ASSOC_PARAMS_SIZE_VISTA || offset > total || size > total - offset ||
        size < fixed)
        return false;
    return rsn_find(buffer + offset + fixed, size - fixed, wpa, rsne);
}

bool association_read(const DOT11_PORT_STATE *port, ULONG size,
                      const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, PostAssociation *post)
{
    DOT11_ASSOCIATION_COMPLETION_PARAMETERS p;
    const uint8_t *buffer = (const uint8_t *)params;
    if (port == NULL || params == NULL || size < HIL_ASSOC_PARAMS_SIZE_VISTA)
        return false;
    memset(&p, 0, sizeof p);
    memcpy(&p, params, size < sizeof p ? size : sizeof p);
    if (p.Header.Type != NDIS_OBJECT_TYPE_DEFAULT || p.uStatus != DOT11_ASSOC_STATUS_SUCCESS ||
        memcmp(p.MacAddr, port->PeerMacAddress, 6) != 0)
        return false;
    memcpy(post->peer, p.MacAddr, 6);
    if (post->open)
        return true;
    return find_rsne(buffer, size, p.uAssocReqOffset, p.uAssocReqSize,
                     p.bReAssocReq ? REASSOC_REQUEST_FIXED : ASSOC_REQUEST_FIXED, post->wpa,
                     &post->own) &&
           find_rsne(buffer, size, p.uBeaconOffset, p.uBeaconSize, BEACON_FIXED, post->wpa,
                     &post->beacon);
}
