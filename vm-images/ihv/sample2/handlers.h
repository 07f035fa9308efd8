// SPDX-License-Identifier: GPL-2.0-or-later
/* The handlers the OS calls. */
#ifndef SECOND_HANDLERS_H
#define SECOND_HANDLERS_H

#include "wlanihv.h"

/* connect.c: the life of a connection. */
DWORD WINAPI on_init_adapter(PDOT11_ADAPTER adapter, HANDLE service, PHANDLE handle);
VOID WINAPI on_deinit_adapter(HANDLE handle);
DWORD WINAPI on_pre_associate(HANDLE handle, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
                              PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                              PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                              PDWORD reason);
DWORD WINAPI on_reset(HANDLE handle);
DWORD WINAPI on_post_associate(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG bytes,
                               PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params);
DWORD WINAPI on_stop(HANDLE handle, PDOT11_MAC_ADDRESS peer, DOT11_ASSOC_STATUS status);
DWORD WINAPI on_receive(HANDLE handle, DWORD bytes, LPVOID packet);
DWORD WINAPI on_sent(HANDLE completion);

/* other.c: profiles, the user, and what this DLL has no use for. */
DWORD WINAPI on_validate(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                         PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                         PDOT11EXT_IHV_SECURITY_PROFILE security, PDWORD reason);
DWORD WINAPI on_match(HANDLE handle, PDOT11EXT_IHV_PROFILE_PARAMS params,
                      PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                      PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                      PDWORD reason);
DWORD WINAPI on_discover(HANDLE handle, BOOL insecure, PDOT11EXT_IHV_PROFILE_PARAMS params,
                         PDOT11_BSS_LIST list, PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST profiles,
                         PDWORD reason);
DWORD WINAPI on_session_change(ULONG event, PWTSSESSION_NOTIFICATION notification);
DWORD WINAPI on_indication(HANDLE handle, DOT11EXT_IHV_INDICATION_TYPE type, ULONG bytes,
                           LPVOID buffer);
DWORD WINAPI on_ui_pending(GUID id, PBOOL pending);
DWORD WINAPI on_ui_response(GUID id, DWORD bytes, LPVOID response);
DWORD WINAPI on_query_ui(HANDLE handle, DOT11EXT_IHV_CONNECTION_PHASE phase,
                         PDOT11EXT_IHV_UI_REQUEST *request);
DWORD WINAPI on_onex_result(HANDLE handle, DOT11_MSONEX_RESULT result,
                            PDOT11_MSONEX_RESULT_PARAMS params);
DWORD WINAPI on_control(HANDLE handle, DWORD in_bytes, PBYTE in, DWORD out_bytes, PBYTE out,
                        PDWORD returned);

#endif
