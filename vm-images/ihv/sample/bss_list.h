// SPDX-License-Identifier: GPL-2.0-or-later
/* The access points of a network, as the OS tells of them. */
#ifndef HIL_SAMPLE_BSS_LIST_H
#define HIL_SAMPLE_BSS_LIST_H

#include <stdbool.h>

#include "profile.h"
#include "rsn.h"
#include "wlanihv.h"

/* The first entry that offers what the profile wants, and its RSNE (empty in an open network);
 * false if there is none. */
bool bss_list_find(const DOT11_BSS_LIST *list, const SecurityProfile *profile, Rsne *rsne);

#endif
