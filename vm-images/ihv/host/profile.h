// SPDX-License-Identifier: GPL-2.0-or-later
/* The profile and BSS list arguments of a handler, rebuilt from JSON in guarded memory. */
#ifndef HIL_HOST_PROFILE_H
#define HIL_HOST_PROFILE_H

#include "guarded.h"
#include "host.h"

typedef struct Profile {
    Guarded params;       /* DOT11EXT_IHV_PROFILE_PARAMS */
    Guarded ssids;        /* DOT11EXT_IHV_SSID_LIST */
    Guarded settings;     /* DOT11_MSSECURITY_SETTINGS */
    Guarded connectivity; /* DOT11EXT_IHV_CONNECTIVITY_PROFILE */
    Guarded security;     /* DOT11EXT_IHV_SECURITY_PROFILE */
    Guarded connectivity_text;
    Guarded security_text;
    Guarded bss_list; /* DOT11_BSS_LIST; data NULL if the call names no list */
    Guarded bss_entries;
} Profile;

/* args: ssids:[hex], bss_type, connectivity_xml, security_xml, use_ms_onex and, if given,
 * bss_list:[{bssid, bss_type, rssi, link_quality, beacon_period, timestamp, host_timestamp,
 * capability, ies:hex}]. False if they are malformed; to be freed in any case. */
bool profile_read(Profile *profile, const JsonDocument *document, int args);

/* Overwrites and unmaps everything: what a DLL kept a pointer to is gone. */
void profile_free(Profile *profile);

#endif
