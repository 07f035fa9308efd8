// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * second.dll: an IHV Extensions DLL written from the documents alone and unlike sample.dll.
 *
 * WPA2-PSK whose passphrase the user is asked for, fragments read by MSXML, a handshake that runs
 * and completes on the stack of ReceivePacket, and no thread of its own.  Open networks besides.
 */
#include "framework.h"
#include "handlers.h"
#include "primitives.h"
#include "service.h"
#include "ui_request.h"

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info);
DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers);

static VOID WINAPI on_deinit_service(VOID)
{
    ui_requests_end(NULL);
    framework_close();
    primitives_close();
    service_close();
}

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    if (info == NULL)
        return ERROR_INVALID_PARAMETER;
    info->dwVerMin = info->dwVerMax = 0;
    return ERROR_SUCCESS;
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)reserved;
    if (version != 0 || functions == NULL || handlers == NULL)
        return ERROR_INVALID_PARAMETER;
    if (!primitives_open()) {
        primitives_close();
        return ERROR_NOT_SUPPORTED;
    }
    service_open(functions);
    *handlers = (DOT11EXT_IHV_HANDLERS){
        .Dot11ExtIhvDeinitService = on_deinit_service,
        .Dot11ExtIhvInitAdapter = on_init_adapter,
        .Dot11ExtIhvDeinitAdapter = on_deinit_adapter,
        .Dot11ExtIhvPerformPreAssociate = on_pre_associate,
        .Dot11ExtIhvAdapterReset = on_reset,
        .Dot11ExtIhvPerformPostAssociate = on_post_associate,
        .Dot11ExtIhvStopPostAssociate = on_stop,
        .Dot11ExtIhvValidateProfile = on_validate,
        .Dot11ExtIhvPerformCapabilityMatch = on_match,
        .Dot11ExtIhvCreateDiscoveryProfiles = on_discover,
        .Dot11ExtIhvProcessSessionChange = on_session_change,
        .Dot11ExtIhvReceiveIndication = on_indication,
        .Dot11ExtIhvReceivePacket = on_receive,
        .Dot11ExtIhvSendPacketCompletion = on_sent,
        .Dot11ExtIhvIsUIRequestPending = on_ui_pending,
        .Dot11ExtIhvProcessUIResponse = on_ui_response,
        .Dot11ExtIhvQueryUIRequest = on_query_ui,
        .Dot11ExtIhvOnexIndicateResult = on_onex_result,
        .Dot11ExtIhvControl = on_control,
    };
    return ERROR_SUCCESS;
}
