// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <string.h>

#include "guarded.h"
#include "handovers.h"
#include "onex.h"
#include "profile.h"
#include "text.h"

#define MAX_BUFFER (64u << 10)
#define NOT_WRITTEN 0xffffffffu /* out parameters start as this: "always written" can be seen */

typedef DWORD (*CallFunction)(Call *call);

static int argument(const Call *call, const char *name)
{
    return json_member(call->document, call->args, name);
}

static bool handle_argument(const Call *call, const char *name, HANDLE *handle)
{
    uint64_t value;
    if (!json_pointer(call->document, argument(call, name), &value))
        return false;
    *handle = (HANDLE)(uintptr_t)value;
    return true;
}

static DWORD number_argument(const Call *call, const char *name, DWORD otherwise)
{
    uint32_t value = otherwise;
    json_u32(call->document, argument(call, name), &value);
    return value;
}

/* A hex argument in guarded memory; absent or null gives an empty buffer with data NULL. */
static bool buffer_argument(const Call *call, const char *name, size_t alignment, Guarded *buffer,
                            size_t *size)
{
    int index = argument(call, name);
    *buffer = (Guarded){NULL, NULL};
    *size = 0;
    if (index == JSON_NONE || json_is_null(call->document, index))
        return true;
    size_t length = json_hex_size(call->document, index);
    if (length > MAX_BUFFER)
        return false;
    *buffer = guarded_new(length, alignment);
    return buffer->data != NULL && json_hex(call->document, index, buffer->data, length, size);
}

static DWORD reply_status(Call *call, DWORD status)
{
    jw_u64(&call->reply, "status", status);
    return ERROR_SUCCESS;
}

static DWORD call_init_adapter(Call *call)
{
    GUID guid;
    HANDLE service;
    HANDLE adapter = NULL;
    if (!json_guid(call->document, argument(call, "guid"), &guid) ||
        !handle_argument(call, "svc_handle", &service))
        return ERROR_INVALID_PARAMETER;
    WCHAR *description = json_wide(call->document, argument(call, "description"));
    if (description == NULL)
        return ERROR_INVALID_PARAMETER;
    Guarded text = guarded_copy(description, (wcslen(description) + 1) * sizeof *description, 2);
    Guarded buffer = guarded_new(sizeof(DOT11_ADAPTER), 8);
    DWORD status = ERROR_NOT_ENOUGH_MEMORY;
    text_free(description);
    if (text.data != NULL && buffer.data != NULL) {
        PDOT11_ADAPTER data = buffer.data;
        data->gAdapterId = guid;
        data->pszDescription = text.data;
        data->Dot11CurrentOpMode.uCurrentOpMode =
            number_argument(call, "mode", DOT11_OPERATION_MODE_EXTENSIBLE_STATION);
        status = host.handlers.Dot11ExtIhvInitAdapter(data, service, &adapter);
    }
    guarded_free(&text);
    guarded_free(&buffer);
    if (status == ERROR_SUCCESS) {
        call->adapter = adapter;
        call->service = service;
    } else {
        call->end_worker = true;
    }
    jw_pointer(&call->reply, "ihv_handle", (uintptr_t)adapter);
    return reply_status(call, status);
}

static DWORD call_deinit_adapter(Call *call)
{
    host.handlers.Dot11ExtIhvDeinitAdapter(call->adapter);
    call->adapter = call->service = NULL;
    call->end_worker = true;
    return reply_status(call, ERROR_SUCCESS);
}

static DWORD call_deinit_service(Call *call)
{
    service_stop();
    reply_status(call, ERROR_SUCCESS);
    jw_end_object(&call->reply);
    jw_end_object(&call->reply);
    host_send(&call->reply);
    ExitProcess(EXIT_CODE_OK);
}

static DWORD call_pre_associate(Call *call)
{
    Profile profile;
    HANDLE session;
    DWORD reason = NOT_WRITTEN;
    bool valid = profile_read(&profile, call->document, call->args);
    if (valid && ((PDOT11EXT_IHV_SECURITY_PROFILE)profile.security.data)->bUseMSOnex)
        onex_prepare();
    if (valid && handle_argument(call, "connect_session", &session)) {
        DWORD status = host.handlers.Dot11ExtIhvPerformPreAssociate(
            call->adapter, session, profile.params.data, profile.connectivity.data,
            profile.security.data, profile.bss_list.data, &reason);
        jw_u64(&call->reply, "reason", reason);
        reply_status(call, status);
    } else {
        valid = false;
    }
    profile_free(&profile);
    return valid ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

/* validate_profile and capability_match differ in the BSS list only. */
static DWORD check_profile(Call *call, bool with_list)
{
    Profile profile;
    DWORD reason = NOT_WRITTEN;
    DWORD status;
    bool valid = profile_read(&profile, call->document, call->args);
    if (valid) {
        if (with_list)
            status = host.handlers.Dot11ExtIhvPerformCapabilityMatch(
                call->adapter, profile.params.data, profile.connectivity.data,
                profile.security.data, profile.bss_list.data, &reason);
        else
            status = host.handlers.Dot11ExtIhvValidateProfile(
                call->adapter, profile.params.data, profile.connectivity.data,
                profile.security.data, &reason);
        jw_u64(&call->reply, "reason", reason);
        reply_status(call, status);
    }
    profile_free(&profile);
    return valid ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

static DWORD call_validate_profile(Call *call)
{
    return check_profile(call, false);
}

static DWORD call_capability_match(Call *call)
{
    return check_profile(call, true);
}

static bool read_port_state(const Call *call, DOT11_PORT_STATE *state)
{
    const JsonDocument *d = call->document;
    int object = argument(call, "port_state");
    bool controlled = false;
    bool authorized = false;
    uint32_t session_id = 0;
    memset(state, 0, sizeof *state);
    if (!json_mac(d, json_member(d, object, "peer"), state->PeerMacAddress) ||
        !json_u32(d, json_member(d, object, "session_id"), &session_id) ||
        !json_bool(d, json_member(d, object, "controlled"), &controlled) ||
        !json_bool(d, json_member(d, object, "authorized"), &authorized))
        return false;
    state->uSessionId = session_id;
    state->bPortControlled = controlled;
    state->bPortAuthorized = authorized;
    return true;
}

static DWORD call_post_associate(Call *call)
{
    DOT11_PORT_STATE state;
    HANDLE session;
    Guarded params;
    size_t size;
    if (!handle_argument(call, "session", &session) || !read_port_state(call, &state))
        return ERROR_INVALID_PARAMETER;
    if (!buffer_argument(call, "assoc_params", 8, &params, &size))
        return ERROR_INVALID_PARAMETER;
    Guarded port = guarded_copy(&state, sizeof state, 4);
    DWORD status = ERROR_NOT_ENOUGH_MEMORY;
    if (port.data != NULL)
        status = host.handlers.Dot11ExtIhvPerformPostAssociate(call->adapter, session, port.data,
                                                               (ULONG)size, params.data);
    guarded_free(&port);
    guarded_free(&params);
    return reply_status(call, status);
}

static DWORD call_stop_post_associate(Call *call)
{
    DOT11_MAC_ADDRESS peer;
    if (!json_mac(call->document, argument(call, "peer"), peer))
        return ERROR_INVALID_PARAMETER;
    DWORD reason = number_argument(call, "assoc_status", 0);
    return reply_status(
        call, host.handlers.Dot11ExtIhvStopPostAssociate(call->adapter, &peer, reason));
}

static DWORD call_adapter_reset(Call *call)
{
    return reply_status(call, host.handlers.Dot11ExtIhvAdapterReset(call->adapter));
}

static DWORD call_receive_packet(Call *call)
{
    Guarded packet;
    size_t size;
    if (!buffer_argument(call, "data", 1, &packet, &size) || packet.data == NULL)
        return ERROR_INVALID_PARAMETER;
    DWORD status =
        host.handlers.Dot11ExtIhvReceivePacket(call->adapter, (DWORD)size, packet.data);
    guarded_free(&packet);
    return reply_status(call, status);
}

static DWORD call_send_packet_completion(Call *call)
{
    HANDLE completion;
    if (!handle_argument(call, "handle", &completion))
        return ERROR_INVALID_PARAMETER;
    return reply_status(call, host.handlers.Dot11ExtIhvSendPacketCompletion(completion));
}

static DWORD call_receive_indication(Call *call)
{
    Guarded buffer;
    size_t size;
    if (!buffer_argument(call, "data", 1, &buffer, &size))
        return ERROR_INVALID_PARAMETER;
    DOT11EXT_IHV_INDICATION_TYPE type =
        (DOT11EXT_IHV_INDICATION_TYPE)number_argument(call, "type", 0);
    DWORD status = host.handlers.Dot11ExtIhvReceiveIndication(call->adapter, type, (ULONG)size,
                                                              buffer.data);
    guarded_free(&buffer);
    return reply_status(call, status);
}

static DWORD call_process_session_change(Call *call)
{
    WTSSESSION_NOTIFICATION notification = {
        .cbSize = sizeof notification,
        .dwSessionId = number_argument(call, "session_id", 1),
    };
    DWORD event = number_argument(call, "event_type", 0);
    return reply_status(call,
                        host.handlers.Dot11ExtIhvProcessSessionChange(event, &notification));
}

static DWORD call_is_ui_request_pending(Call *call)
{
    GUID guid;
    BOOL pending = -1;
    if (!json_guid(call->document, argument(call, "guid"), &guid))
        return ERROR_INVALID_PARAMETER;
    DWORD status = host.handlers.Dot11ExtIhvIsUIRequestPending(guid, &pending);
    jw_i64(&call->reply, "pending", pending);
    return reply_status(call, status);
}

static DWORD call_process_ui_response(Call *call)
{
    GUID guid;
    Guarded buffer;
    size_t size;
    if (!json_guid(call->document, argument(call, "guid"), &guid) ||
        !buffer_argument(call, "data", 1, &buffer, &size))
        return ERROR_INVALID_PARAMETER;
    DWORD status = host.handlers.Dot11ExtIhvProcessUIResponse(guid, (DWORD)size, buffer.data);
    guarded_free(&buffer);
    return reply_status(call, status);
}

static DWORD call_onex_indicate_result(Call *call)
{
    DOT11_MSONEX_RESULT result = (DOT11_MSONEX_RESULT)number_argument(call, "result", 0);
    OnexResult params;
    bool valid = onex_read(&params, call->document, argument(call, "params"));
    if (valid)
        reply_status(call, host.handlers.Dot11ExtIhvOnexIndicateResult(call->adapter, result,
                                                                       params.params.data));
    onex_free(&params);
    return valid ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

static DWORD call_control(Call *call)
{
    Guarded in;
    size_t size;
    DWORD capacity = number_argument(call, "out_size", 0);
    DWORD returned = NOT_WRITTEN;
    if (capacity > MAX_BUFFER || !buffer_argument(call, "data", 1, &in, &size))
        return ERROR_INVALID_PARAMETER;
    Guarded out = guarded_new(capacity, 1);
    DWORD status = host.handlers.Dot11ExtIhvControl(call->adapter, (DWORD)size, in.data, capacity,
                                                    out.data, &returned);
    jw_u64(&call->reply, "bytes_returned", returned);
    if (status == ERROR_SUCCESS && returned <= capacity)
        jw_hex(&call->reply, "data", out.data, returned);
    guarded_free(&in);
    guarded_free(&out);
    return reply_status(call, status);
}

static const struct {
    const char *name;
    CallFunction run;
} CALLS[] = {
    {"init_adapter", call_init_adapter},
    {"deinit_adapter", call_deinit_adapter},
    {"deinit_service", call_deinit_service},
    {"pre_associate", call_pre_associate},
    {"post_associate", call_post_associate},
    {"stop_post_associate", call_stop_post_associate},
    {"adapter_reset", call_adapter_reset},
    {"receive_packet", call_receive_packet},
    {"send_packet_completion", call_send_packet_completion},
    {"validate_profile", call_validate_profile},
    {"capability_match", call_capability_match},
    {"create_discovery_profiles", handovers_discovery},
    {"query_ui_request", handovers_query_ui},
    {"receive_indication", call_receive_indication},
    {"process_session_change", call_process_session_change},
    {"is_ui_request_pending", call_is_ui_request_pending},
    {"process_ui_response", call_process_ui_response},
    {"onex_indicate_result", call_onex_indicate_result},
    {"control", call_control},
};

DWORD handlers_run(const char *name, Call *call)
{
    if (!host.running) {
        call->end_worker = strcmp(name, "init_adapter") == 0;
        return ERROR_NOT_READY;
    }
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        if (strcmp(name, CALLS[i].name) != 0)
            continue;
        DWORD error = CALLS[i].run(call);
        if (error != ERROR_SUCCESS && CALLS[i].run == call_init_adapter)
            call->end_worker = true;
        return error;
    }
    return ERROR_INVALID_FUNCTION;
}
