// SPDX-License-Identifier: GPL-2.0-or-later
#include "calls.h"

#include <stdio.h>
#include <string.h>

#include <wlanapi.h>

#include "clock.h"
#include "lines.h"
#include "notification.h"
#include "text.h"

#define CLIENT_VERSION 2 /* Windows Vista and later */

/* A Win32 error and the function that gave it; code 0 is success. */
typedef struct Outcome {
    DWORD code;
    const char *function;
} Outcome;

typedef struct Call {
    Agent *agent;
    const JsonDocument *document;
    int args;
    JsonWriter reply; /* inside "result":{ until it is known to have failed */
    DWORD reason;     /* WLAN_REASON_CODE that goes with a failure, 0 without one */
} Call;

typedef Outcome (*CallFunction)(Call *call);

static const Outcome SUCCESS = {ERROR_SUCCESS, ""};

static Outcome failed(DWORD code, const char *function)
{
    return (Outcome){code, function};
}

static Outcome open_client(Agent *agent)
{
    DWORD version;
    DWORD error;
    if (agent->wlan != NULL)
        return SUCCESS;
    error = WlanOpenHandle(CLIENT_VERSION, NULL, &version, &agent->wlan);
    if (error != ERROR_SUCCESS) {
        agent->wlan = NULL;
        return failed(error, "WlanOpenHandle");
    }
    error = WlanRegisterNotification(agent->wlan, NOTIFICATION_SOURCES, FALSE, notification_write,
                                     agent, NULL, NULL);
    if (error == ERROR_SUCCESS)
        return SUCCESS;
    WlanCloseHandle(agent->wlan, NULL);
    agent->wlan = NULL;
    return failed(error, "WlanRegisterNotification");
}

void calls_close(Agent *agent)
{
    if (agent->wlan == NULL)
        return;
    WlanRegisterNotification(agent->wlan, WLAN_NOTIFICATION_SOURCE_NONE, FALSE, NULL, NULL, NULL,
                             NULL);
    WlanCloseHandle(agent->wlan, NULL);
    agent->wlan = NULL;
}

/* A service that was restarted leaves a dead client handle: open a new one next time. */
static Outcome outcome_of(Call *call, DWORD code, const char *function)
{
    if (code == ERROR_SERVICE_NOT_ACTIVE || code == RPC_S_SERVER_UNAVAILABLE ||
        code == ERROR_INVALID_HANDLE)
        calls_close(call->agent);
    return failed(code, function);
}

static Outcome write_interfaces(Call *call)
{
    PWLAN_INTERFACE_INFO_LIST list;
    Outcome outcome = open_client(call->agent);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    DWORD error = WlanEnumInterfaces(call->agent->wlan, NULL, &list);
    if (error != ERROR_SUCCESS)
        return outcome_of(call, error, "WlanEnumInterfaces");
    jw_array(&call->reply, "interfaces");
    for (DWORD i = 0; i < list->dwNumberOfItems; i++) {
        const WLAN_INTERFACE_INFO *info = &list->InterfaceInfo[i];
        jw_object(&call->reply, NULL);
        jw_guid(&call->reply, "guid", &info->InterfaceGuid);
        jw_wide(&call->reply, "description", info->strInterfaceDescription,
                wcsnlen(info->strInterfaceDescription, 256));
        jw_u64(&call->reply, "state", info->isState);
        jw_end_object(&call->reply);
    }
    jw_end_array(&call->reply);
    WlanFreeMemory(list);
    return SUCCESS;
}

static void write_windows_version(JsonWriter *reply)
{
    OSVERSIONINFOW version = {.dwOSVersionInfoSize = sizeof version};
    char text[40];
    /* RtlGetVersion: GetVersionEx answers what the program's manifest allows. */
    LONG(WINAPI * get_version)(POSVERSIONINFOW);
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "RtlGetVersion");
    memcpy(&get_version, &found, sizeof get_version);
    if (found != NULL)
        get_version(&version);
    snprintf(text, sizeof text, "%lu.%lu.%lu", version.dwMajorVersion, version.dwMinorVersion,
             version.dwBuildNumber);
    jw_text(reply, "windows", text);
}

static Outcome call_hello(Call *call)
{
    jw_u64(&call->reply, "agent", 1);
    write_windows_version(&call->reply);
    jw_u64(&call->reply, "qpc_frequency", clock_frequency());
    jw_u64(&call->reply, "pid", GetCurrentProcessId());
    return write_interfaces(call);
}

static Outcome call_clock(Call *call)
{
    jw_u64(&call->reply, "qpc_ns", clock_now_ns());
    return SUCCESS;
}

static Outcome need_interface(Call *call, GUID *interface_id)
{
    if (!json_guid(call->document, json_member(call->document, call->args, "interface"),
                   interface_id))
        return failed(ERROR_INVALID_PARAMETER, "args.interface: not a GUID in braces");
    return open_client(call->agent);
}

static WCHAR *need_text(Call *call, const char *name)
{
    return json_wide(call->document, json_member(call->document, call->args, name));
}

static void free_secret(WCHAR *text)
{
    SecureZeroMemory(text, wcslen(text) * sizeof *text);
    text_free(text);
}

static Outcome call_set_profile(Call *call)
{
    GUID interface_id;
    DWORD reason = 0;
    Outcome outcome = need_interface(call, &interface_id);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    WCHAR *xml = need_text(call, "xml");
    if (xml == NULL)
        return failed(ERROR_INVALID_PARAMETER, "args.xml: not a text");
    DWORD error = WlanSetProfile(call->agent->wlan, &interface_id, 0, xml, NULL, TRUE, NULL,
                                 &reason);
    free_secret(xml);
    jw_u64(&call->reply, "reason", reason);
    call->reason = reason;
    return outcome_of(call, error, "WlanSetProfile");
}

/* Who authenticates with a profile of Windows' own 802.1X. */
static Outcome call_set_eap_user_data(Call *call)
{
    GUID interface_id;
    Outcome outcome = need_interface(call, &interface_id);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    WCHAR *name = need_text(call, "profile");
    WCHAR *xml = need_text(call, "xml");
    if (name == NULL || xml == NULL) {
        outcome = failed(ERROR_INVALID_PARAMETER, "args.profile, args.xml: not texts");
    } else {
        DWORD error =
            WlanSetProfileEapXmlUserData(call->agent->wlan, &interface_id, name, 0, xml, NULL);
        outcome = outcome_of(call, error, "WlanSetProfileEapXmlUserData");
    }
    if (name != NULL)
        text_free(name);
    if (xml != NULL)
        free_secret(xml);
    return outcome;
}

static Outcome call_delete_profile(Call *call)
{
    GUID interface_id;
    Outcome outcome = need_interface(call, &interface_id);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    WCHAR *name = need_text(call, "profile");
    if (name == NULL)
        return failed(ERROR_INVALID_PARAMETER, "args.profile: not a text");
    DWORD error = WlanDeleteProfile(call->agent->wlan, &interface_id, name, NULL);
    text_free(name);
    return outcome_of(call, error, "WlanDeleteProfile");
}

static Outcome call_connect(Call *call)
{
    GUID interface_id;
    Outcome outcome = need_interface(call, &interface_id);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    WCHAR *name = need_text(call, "profile");
    if (name == NULL)
        return failed(ERROR_INVALID_PARAMETER, "args.profile: not a text");
    WLAN_CONNECTION_PARAMETERS parameters = {
        .wlanConnectionMode = wlan_connection_mode_profile,
        .strProfile = name,
        .dot11BssType = dot11_BSS_type_infrastructure,
    };
    uint64_t at_ns = clock_now_ns();
    DWORD error = WlanConnect(call->agent->wlan, &interface_id, &parameters, NULL);
    text_free(name);
    jw_u64(&call->reply, "qpc_ns", at_ns);
    return outcome_of(call, error, "WlanConnect");
}

static Outcome call_disconnect(Call *call)
{
    GUID interface_id;
    Outcome outcome = need_interface(call, &interface_id);
    if (outcome.code != ERROR_SUCCESS)
        return outcome;
    uint64_t at_ns = clock_now_ns();
    DWORD error = WlanDisconnect(call->agent->wlan, &interface_id, NULL);
    jw_u64(&call->reply, "qpc_ns", at_ns);
    return outcome_of(call, error, "WlanDisconnect");
}

static Outcome call_exit(Call *call)
{
    call->agent->leaving = true;
    return SUCCESS;
}

static const struct {
    const char *name;
    CallFunction run;
} CALLS[] = {
    {"hello", call_hello},
    {"clock", call_clock},
    {"interfaces", write_interfaces},
    {"set_profile", call_set_profile},
    {"set_eap_user_data", call_set_eap_user_data},
    {"delete_profile", call_delete_profile},
    {"connect", call_connect},
    {"disconnect", call_disconnect},
    {"exit", call_exit},
};

static void send_error(Agent *agent, const uint64_t *id, DWORD code, const char *message,
                       DWORD reason)
{
    JsonWriter text;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    if (id != NULL)
        jw_u64(&text, "id", *id);
    else
        jw_null(&text, "id");
    jw_object(&text, "error");
    jw_u64(&text, "code", code);
    jw_text(&text, "message", message);
    if (reason != 0)
        jw_u64(&text, "reason", reason);
    jw_end_object(&text);
    jw_end_object(&text);
    lines_write(agent->out, &agent->out_lock, &text);
    jw_free(&text);
}

void calls_reject(Agent *agent, const char *why)
{
    send_error(agent, NULL, ERROR_INVALID_DATA, why, 0);
}

static void run(Agent *agent, uint64_t id, CallFunction function)
{
    Call call = {.agent = agent, .document = &agent->document};
    call.args = json_member(call.document, 0, "args");
    jw_init(&call.reply, 0);
    jw_object(&call.reply, NULL);
    jw_u64(&call.reply, "id", id);
    jw_object(&call.reply, "result");
    Outcome outcome = function(&call);
    jw_end_object(&call.reply);
    jw_end_object(&call.reply);
    if (outcome.code != ERROR_SUCCESS)
        send_error(agent, &id, outcome.code, outcome.function, call.reason);
    else if (!lines_write(agent->out, &agent->out_lock, &call.reply))
        agent->leaving = true;
    jw_free(&call.reply);
}

void calls_dispatch(Agent *agent)
{
    uint64_t id;
    int name = json_member(&agent->document, 0, "call");
    if (!json_u64(&agent->document, json_member(&agent->document, 0, "id"), &id)) {
        calls_reject(agent, "a call needs a whole number as id");
        return;
    }
    for (size_t i = 0; i < sizeof CALLS / sizeof CALLS[0]; i++) {
        if (json_equals(&agent->document, name, CALLS[i].name)) {
            run(agent, id, CALLS[i].run);
            return;
        }
    }
    send_error(agent, &id, ERROR_INVALID_FUNCTION, "unknown call", 0);
}
