// SPDX-License-Identifier: GPL-2.0-or-later
/* The two handlers whose results are buffers the DLL allocated and the OS side frees. */
#ifndef HIL_HOST_HANDOVERS_H
#define HIL_HOST_HANDOVERS_H

#include "host.h"

/* CreateDiscoveryProfiles: profile and BSS list as for capability_match, insecure: bool.
 * The reply has status, reason, count and freed (buffers that were ours to free). */
DWORD handovers_discovery(Call *call);

/* QueryUIRequest: phase. The reply has status, bytes (of the request's data) and freed. */
DWORD handovers_query_ui(Call *call);

#endif
