// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * wlanapi.dll of the reference guest: the documented functions agent.exe needs, with the
 * structures and error codes of Microsoft's "Native Wifi" reference (win32 desktop-src,
 * NativeWiFi/wlanapi), answered by the guest's WLAN service.
 *
 * Installed over Wine's builtin of the same name: as a file in system32 with
 * WINEDLLOVERRIDES=wlanapi=n, or beside the program that uses it.
 */
#include "service.h"

#include <string.h>

#include "notify.h"
#include "text.h"

#define MAX_XML_CHARS (128u << 10)
#define MAX_INTERFACES 64u
#define VERSION_1 1u /* Windows XP */
#define VERSION_2 2u /* Windows Vista and later */
#define NOTIFICATION_SOURCE_ALL 0xffffu

PVOID WINAPI WlanAllocateMemory(DWORD size)
{
    return size == 0 ? NULL : HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

VOID WINAPI WlanFreeMemory(PVOID memory)
{
    if (memory != NULL)
        HeapFree(GetProcessHeap(), 0, memory);
}

DWORD WINAPI WlanOpenHandle(DWORD version, PVOID reserved, PDWORD negotiated, PHANDLE handle)
{
    if (reserved != NULL || negotiated == NULL || handle == NULL)
        return ERROR_INVALID_PARAMETER;
    if (version != VERSION_1 && (version & 0xffffu) != VERSION_2)
        return ERROR_NOT_SUPPORTED;
    Client *client;
    DWORD error = service_connect(&client);
    if (error != ERROR_SUCCESS)
        return error;

    JsonWriter text;
    RpcReply reply;
    uint64_t id = rpc_begin(&client->rpc, &text, "open");
    jw_u64(&text, "client_version", version);
    error = service_call(client, id, &text, &reply, NULL);
    if (error != ERROR_SUCCESS) {
        service_disconnect(client);
        return error;
    }
    uint32_t told = version;
    json_u32(reply.document, json_member(reply.document, reply.result, "negotiated_version"),
             &told);
    rpc_reply_free(&reply);
    *negotiated = told;
    *handle = client;
    return ERROR_SUCCESS;
}

DWORD WINAPI WlanCloseHandle(HANDLE handle, PVOID reserved)
{
    Client *client = service_client(handle);
    if (reserved != NULL || handle == NULL)
        return ERROR_INVALID_PARAMETER;
    if (client == NULL)
        return ERROR_INVALID_HANDLE;
    service_disconnect(client);
    return ERROR_SUCCESS;
}

/* Starts a call about one interface. */
static uint64_t begin(Client *client, JsonWriter *text, const char *call, const GUID *interface_id)
{
    uint64_t id = rpc_begin(&client->rpc, text, call);
    jw_guid(text, "interface", interface_id);
    return id;
}

static DWORD finish_plain(Client *client, uint64_t id, JsonWriter *text)
{
    RpcReply reply;
    DWORD error = service_call(client, id, text, &reply, NULL);
    if (error == ERROR_SUCCESS)
        rpc_reply_free(&reply);
    return error;
}

static DWORD check(HANDLE handle, const void *needed, const void *reserved, Client **client)
{
    *client = service_client(handle);
    if (handle == NULL || needed == NULL || reserved != NULL)
        return ERROR_INVALID_PARAMETER;
    return *client == NULL ? ERROR_INVALID_HANDLE : ERROR_SUCCESS;
}

static DWORD member_u32(const JsonDocument *d, int object, const char *name, DWORD otherwise)
{
    uint32_t value = otherwise;
    json_u32(d, json_member(d, object, name), &value);
    return value;
}

static void member_name(const JsonDocument *d, int object, const char *name, WCHAR *out,
                        size_t capacity)
{
    WCHAR *text = json_wide(d, json_member(d, object, name));
    if (text == NULL)
        return;
    wcsncpy(out, text, capacity - 1);
    text_free(text);
}

static DWORD count_elements(const JsonDocument *d, int array)
{
    DWORD count = 0;
    for (int i = json_first(d, array); i != JSON_NONE; i = json_after(d, array, i))
        count++;
    return count < MAX_INTERFACES ? count : MAX_INTERFACES;
}

static PWLAN_INTERFACE_INFO_LIST read_interfaces(const JsonDocument *d, int array)
{
    DWORD count = count_elements(d, array);
    PWLAN_INTERFACE_INFO_LIST list = WlanAllocateMemory(
        (DWORD)(sizeof *list + (count > 0 ? count : 1) * sizeof list->InterfaceInfo[0]));
    if (list == NULL)
        return NULL;
    int i = json_first(d, array);
    for (; i != JSON_NONE && list->dwNumberOfItems < count; i = json_after(d, array, i)) {
        PWLAN_INTERFACE_INFO info = &list->InterfaceInfo[list->dwNumberOfItems++];
        json_guid(d, json_member(d, i, "guid"), &info->InterfaceGuid);
        member_name(d, i, "description", info->strInterfaceDescription, 256);
        info->isState = (WLAN_INTERFACE_STATE)member_u32(d, i, "state", 0);
    }
    return list;
}

DWORD WINAPI WlanEnumInterfaces(HANDLE handle, PVOID reserved, PWLAN_INTERFACE_INFO_LIST *list)
{
    Client *client;
    JsonWriter text;
    RpcReply reply;
    DWORD error = check(handle, list, reserved, &client);
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = rpc_begin(&client->rpc, &text, "enum_interfaces");
    error = service_call(client, id, &text, &reply, NULL);
    if (error != ERROR_SUCCESS)
        return error;
    *list = read_interfaces(reply.document,
                            json_member(reply.document, reply.result, "interfaces"));
    rpc_reply_free(&reply);
    return *list != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

DWORD WINAPI WlanSetProfile(HANDLE handle, const GUID *interface_id, DWORD flags, LPCWSTR xml,
                            LPCWSTR security, WINBOOL overwrite, PVOID reserved, DWORD *reason)
{
    Client *client;
    JsonWriter text;
    RpcReply reply;
    DWORD error = check(handle, interface_id, reserved, &client);
    (void)security; /* a security descriptor string: access control is not modelled */
    if (error == ERROR_SUCCESS && (xml == NULL || reason == NULL))
        error = ERROR_INVALID_PARAMETER;
    if (error == ERROR_SUCCESS && wcsnlen(xml, MAX_XML_CHARS) == MAX_XML_CHARS)
        error = ERROR_BAD_PROFILE;
    if (error != ERROR_SUCCESS)
        return error;
    *reason = 0;
    uint64_t id = begin(client, &text, "set_profile", interface_id);
    jw_u64(&text, "flags", flags);
    jw_wide(&text, "xml", xml, wcslen(xml));
    jw_bool(&text, "overwrite", overwrite != FALSE);
    error = service_call(client, id, &text, &reply, reason);
    if (error != ERROR_SUCCESS)
        return error;
    *reason = member_u32(reply.document, reply.result, "reason", 0);
    rpc_reply_free(&reply);
    return ERROR_SUCCESS;
}

/* Flags (WLAN_SET_EAPHOST_DATA_ALL_USERS) change nothing: this guest has one user. */
DWORD WINAPI WlanSetProfileEapXmlUserData(HANDLE handle, const GUID *interface_id, LPCWSTR name,
                                          DWORD flags, LPCWSTR xml, PVOID reserved)
{
    Client *client;
    JsonWriter text;
    DWORD error = check(handle, interface_id, reserved, &client);
    (void)flags;
    if (error == ERROR_SUCCESS && (name == NULL || xml == NULL))
        error = ERROR_INVALID_PARAMETER;
    if (error == ERROR_SUCCESS && wcsnlen(xml, MAX_XML_CHARS) == MAX_XML_CHARS)
        error = ERROR_BAD_PROFILE;
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "set_profile_eap_user_data", interface_id);
    jw_wide(&text, "profile", name, wcsnlen(name, WLAN_MAX_NAME_LENGTH));
    jw_wide(&text, "xml", xml, wcslen(xml));
    return finish_plain(client, id, &text);
}

DWORD WINAPI WlanDeleteProfile(HANDLE handle, const GUID *interface_id, LPCWSTR name,
                               PVOID reserved)
{
    Client *client;
    JsonWriter text;
    DWORD error = check(handle, interface_id, reserved, &client);
    if (error == ERROR_SUCCESS && name == NULL)
        error = ERROR_INVALID_PARAMETER;
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "delete_profile", interface_id);
    jw_wide(&text, "name", name, wcsnlen(name, WLAN_MAX_NAME_LENGTH));
    return finish_plain(client, id, &text);
}

static PWLAN_PROFILE_INFO_LIST read_profiles(const JsonDocument *d, int array)
{
    DWORD count = count_elements(d, array);
    PWLAN_PROFILE_INFO_LIST list =
        WlanAllocateMemory((DWORD)(sizeof *list + count * sizeof list->ProfileInfo[0]));
    if (list == NULL)
        return NULL;
    int i = json_first(d, array);
    for (; i != JSON_NONE && list->dwNumberOfItems < count; i = json_after(d, array, i)) {
        PWLAN_PROFILE_INFO info = &list->ProfileInfo[list->dwNumberOfItems++];
        member_name(d, i, "name", info->strProfileName, 256);
        info->dwFlags = member_u32(d, i, "flags", 0);
    }
    return list;
}

DWORD WINAPI WlanGetProfileList(HANDLE handle, const GUID *interface_id, PVOID reserved,
                                PWLAN_PROFILE_INFO_LIST *list)
{
    Client *client;
    JsonWriter text;
    RpcReply reply;
    DWORD error = check(handle, interface_id, reserved, &client);
    if (error == ERROR_SUCCESS && list == NULL)
        error = ERROR_INVALID_PARAMETER;
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "get_profile_list", interface_id);
    error = service_call(client, id, &text, &reply, NULL);
    if (error != ERROR_SUCCESS)
        return error;
    *list = read_profiles(reply.document, json_member(reply.document, reply.result, "profiles"));
    rpc_reply_free(&reply);
    return *list != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

DWORD WINAPI WlanConnect(HANDLE handle, const GUID *interface_id,
                         const PWLAN_CONNECTION_PARAMETERS parameters, PVOID reserved)
{
    Client *client;
    JsonWriter text;
    DWORD error = check(handle, interface_id, reserved, &client);
    if (error == ERROR_SUCCESS && (parameters == NULL || parameters->strProfile == NULL))
        error = ERROR_INVALID_PARAMETER;
    if (error == ERROR_SUCCESS && parameters->wlanConnectionMode != wlan_connection_mode_profile)
        error = ERROR_NOT_SUPPORTED;
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "connect", interface_id);
    jw_u64(&text, "mode", parameters->wlanConnectionMode);
    jw_wide(&text, "profile", parameters->strProfile,
            wcsnlen(parameters->strProfile, WLAN_MAX_NAME_LENGTH));
    return finish_plain(client, id, &text);
}

DWORD WINAPI WlanDisconnect(HANDLE handle, const GUID *interface_id, PVOID reserved)
{
    Client *client;
    JsonWriter text;
    DWORD error = check(handle, interface_id, reserved, &client);
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "disconnect", interface_id);
    return finish_plain(client, id, &text);
}

DWORD WINAPI WlanRegisterNotification(HANDLE handle, DWORD sources, WINBOOL ignore_duplicate,
                                      WLAN_NOTIFICATION_CALLBACK callback, PVOID context,
                                      PVOID reserved, PDWORD previous)
{
    Client *client = service_client(handle);
    JsonWriter text;
    (void)ignore_duplicate; /* the service sends no duplicates */
    if (handle == NULL || reserved != NULL || (sources & ~NOTIFICATION_SOURCE_ALL) != 0)
        return ERROR_INVALID_PARAMETER;
    if (client == NULL)
        return ERROR_INVALID_HANDLE;
    /* The callback is in place before the service knows: no notification falls in between. */
    DWORD before = notify_set(client, sources, sources != 0 ? callback : NULL, context);
    if (previous != NULL)
        *previous = before;
    uint64_t id = rpc_begin(&client->rpc, &text, "register");
    jw_u64(&text, "sources", sources);
    return finish_plain(client, id, &text);
}

static void *read_connection(const JsonDocument *d, int result, DWORD *size)
{
    PWLAN_CONNECTION_ATTRIBUTES c = WlanAllocateMemory(sizeof *c);
    if (c == NULL)
        return NULL;
    PWLAN_ASSOCIATION_ATTRIBUTES a = &c->wlanAssociationAttributes;
    bool flag = false;
    size_t length = 0;
    c->isState = (WLAN_INTERFACE_STATE)member_u32(d, result, "state", 0);
    c->wlanConnectionMode = (WLAN_CONNECTION_MODE)member_u32(d, result, "connection_mode", 0);
    member_name(d, result, "profile", c->strProfileName, 256);
    if (json_hex(d, json_member(d, result, "ssid"), a->dot11Ssid.ucSSID, 32, &length))
        a->dot11Ssid.uSSIDLength = (ULONG)length;
    a->dot11BssType = (DOT11_BSS_TYPE)member_u32(d, result, "bss_type", 1);
    json_mac(d, json_member(d, result, "bssid"), a->dot11Bssid);
    a->dot11PhyType = (DOT11_PHY_TYPE)member_u32(d, result, "phy_type", 0);
    a->wlanSignalQuality = member_u32(d, result, "signal_quality", 0);
    if (json_bool(d, json_member(d, result, "security_enabled"), &flag))
        c->wlanSecurityAttributes.bSecurityEnabled = flag;
    c->wlanSecurityAttributes.dot11AuthAlgorithm =
        (DOT11_AUTH_ALGORITHM)member_u32(d, result, "auth", DOT11_AUTH_ALGO_80211_OPEN);
    c->wlanSecurityAttributes.dot11CipherAlgorithm =
        (DOT11_CIPHER_ALGORITHM)member_u32(d, result, "cipher", DOT11_CIPHER_ALGO_NONE);
    *size = sizeof *c;
    return c;
}

static void *read_state(const JsonDocument *d, int result, DWORD *size)
{
    WLAN_INTERFACE_STATE *state = WlanAllocateMemory(sizeof *state);
    if (state != NULL)
        *state = (WLAN_INTERFACE_STATE)member_u32(d, result, "state", 0);
    *size = sizeof *state;
    return state;
}

DWORD WINAPI WlanQueryInterface(HANDLE handle, const GUID *interface_id, WLAN_INTF_OPCODE opcode,
                                PVOID reserved, PDWORD size, PVOID *data,
                                PWLAN_OPCODE_VALUE_TYPE value_type)
{
    Client *client;
    JsonWriter text;
    RpcReply reply;
    DWORD error = check(handle, interface_id, reserved, &client);
    if (error == ERROR_SUCCESS && (size == NULL || data == NULL))
        error = ERROR_INVALID_PARAMETER;
    bool state = opcode == wlan_intf_opcode_interface_state;
    if (error == ERROR_SUCCESS && !state && opcode != wlan_intf_opcode_current_connection)
        error = ERROR_NOT_SUPPORTED;
    if (error != ERROR_SUCCESS)
        return error;
    uint64_t id = begin(client, &text, "query_interface", interface_id);
    jw_u64(&text, "opcode", (uint64_t)opcode);
    error = service_call(client, id, &text, &reply, NULL);
    if (error != ERROR_SUCCESS)
        return error;
    *data = state ? read_state(reply.document, reply.result, size)
                  : read_connection(reply.document, reply.result, size);
    rpc_reply_free(&reply);
    if (value_type != NULL)
        *value_type = wlan_opcode_value_type_query_only;
    return *data != NULL ? ERROR_SUCCESS : ERROR_NOT_ENOUGH_MEMORY;
}

/* Names of the codes that speak about an IHV DLL (wlanapi.h); others are shown as a number. */
static const struct {
    DWORD code;
    const WCHAR *text;
} REASONS[] = {
    {0, L"The operation was successful."},
    {0x38004, L"Pre-association security failed."},
    {0x38005, L"Security could not be started."},
    {0x38006, L"Security failed."},
    {0x38007, L"Security timed out."},
    {0x3800d, L"The IHV service is not available."},
    {0x3800e, L"The IHV service did not respond in time."},
    {0x80008, L"The OUI of the profile does not match the adapter's."},
};

DWORD WINAPI WlanReasonCodeToString(DWORD code, DWORD size, PWCHAR out, PVOID reserved)
{
    static const WCHAR digits[] = L"0123456789abcdef";
    WCHAR other[] = L"Reason code 0x00000000.";
    const WCHAR *text = other;

    if (out == NULL || size == 0 || reserved != NULL)
        return ERROR_INVALID_PARAMETER;
    for (int i = 0; i < 8; i++)
        other[14 + i] = digits[code >> (28 - 4 * i) & 15];
    for (size_t i = 0; i < sizeof REASONS / sizeof REASONS[0]; i++)
        if (REASONS[i].code == code)
            text = REASONS[i].text;
    wcsncpy(out, text, size - 1);
    out[size - 1] = L'\0';
    return ERROR_SUCCESS;
}
