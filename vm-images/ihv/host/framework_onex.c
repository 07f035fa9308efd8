// SPDX-License-Identifier: GPL-2.0-or-later
/* The OS's own 802.1X. */
#include "framework.h"

#include "buffers.h"
#include "call.h"

DWORD WINAPI api_StartOneX(HANDLE service, EAP_ATTRIBUTES *attributes)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtStartOneX", service);
    jw_bool(&text, "has_attributes", attributes != NULL);
    DWORD error = call_finish(&text, id);
    if (attributes != NULL)
        buffers_free(attributes); /* the DLL allocated it for us (wlanihv.h) */
    return error;
}

DWORD WINAPI api_StopOneX(HANDLE service)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtStopOneX", service);
    return call_finish(&text, id);
}

DWORD WINAPI api_ProcessSecurityPacket(HANDLE service, DWORD size, LPVOID packet)
{
    JsonWriter text;
    if (packet == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtProcessSecurityPacket", service);
    jw_u64(&text, "dwInPacketSize", size);
    jw_hex(&text, "pvInPacket", packet, size);
    return call_finish(&text, id);
}
