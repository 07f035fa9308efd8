// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Structures of the interface as JSON, by member name.
 *
 * All take the pointer as it was passed: NULL becomes null, memory that cannot be read becomes
 * {"address":"0x...","unreadable":true}, and what can be begins with "address" and "size", which
 * tell later what an access to freed memory touched.  Sizes are bounded whatever the structures
 * say, and what does not fit its buffer is {"out_of_bounds":true} or null.  What may hold a secret
 * (XML fragments, keys, custom data, EAP attributes) is written as length and salted hash.
 */
#ifndef HIL_RECORDER_DECODE_H
#define HIL_RECORDER_DECODE_H

#include "json_writer.h"
#include "wlanihv.h"

void decode_handle(JsonWriter *w, const char *name, const void *handle);
void decode_dword_at(JsonWriter *w, const char *name, const DWORD *value);
void decode_pointer_at(JsonWriter *w, const char *name, void *const *value);
void decode_mac_at(JsonWriter *w, const char *name, const void *mac);
void decode_secret(JsonWriter *w, const char *name, const void *data, size_t size);
void decode_guid(JsonWriter *w, const char *name, const GUID *guid);

void decode_version(JsonWriter *w, const char *name, const DOT11_IHV_VERSION_INFO *info);
void decode_adapter(JsonWriter *w, const char *name, const DOT11_ADAPTER *adapter);
void decode_profile_params(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_PROFILE_PARAMS *params);
void decode_connectivity(JsonWriter *w, const char *name,
                         const DOT11EXT_IHV_CONNECTIVITY_PROFILE *profile);
void decode_security(JsonWriter *w, const char *name,
                     const DOT11EXT_IHV_SECURITY_PROFILE *profile);
void decode_bss_list(JsonWriter *w, const char *name, const DOT11_BSS_LIST *list);
void decode_discovery_list(JsonWriter *w, const char *name,
                           const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list);
void decode_port_state(JsonWriter *w, const char *name, const DOT11_PORT_STATE *state);
void decode_assoc_params(JsonWriter *w, const char *name,
                         const DOT11_ASSOCIATION_COMPLETION_PARAMETERS *params, ULONG size);
void decode_ui_request(JsonWriter *w, const char *name, const DOT11EXT_IHV_UI_REQUEST *request);
void decode_onex_result(JsonWriter *w, const char *name,
                        const DOT11_MSONEX_RESULT_PARAMS *params);
void decode_eap_attributes(JsonWriter *w, const char *name, const EAP_ATTRIBUTES *attributes);
void decode_session_change(JsonWriter *w, const char *name,
                           const WTSSESSION_NOTIFICATION *notification);
void decode_notification(JsonWriter *w, const char *name, const L2_NOTIFICATION_DATA *data);
void decode_exemptions(JsonWriter *w, const char *name, const DOT11_PRIVACY_EXEMPTION *list,
                       ULONG count);
void decode_registrations(JsonWriter *w, const char *name, const USHORT *list, ULONG count);
void decode_default_key(JsonWriter *w, const char *name, const DOT11_CIPHER_DEFAULT_KEY_VALUE *key);
void decode_mapping_key(JsonWriter *w, const char *name,
                        const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *key);
void decode_ap_properties(JsonWriter *w, const char *name,
                          const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *list, DWORD count);
/* A DOT11_SECURITY_PACKET: `peer` is "destination" or "source". */
void decode_packet(JsonWriter *w, const char *name, const char *peer, const void *packet,
                   size_t size);

#endif
