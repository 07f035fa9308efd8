// SPDX-License-Identifier: GPL-2.0-or-later
#include "call.h"

#include "buffers.h"
#include "host.h"

/* Longest wait of a framework function for the service's answer. */
#define FRAMEWORK_TIMEOUT_MS 30000u

uint64_t call_begin(JsonWriter *text, const char *name, HANDLE service)
{
    uint64_t id = rpc_begin(&host.rpc, text, name);
    jw_pointer(text, "hDot11SvcHandle", (uintptr_t)service);
    return id;
}

static DWORD status_of(RpcReply *reply)
{
    uint32_t status = ERROR_GEN_FAILURE;
    if (reply->error != JSON_NONE)
        json_u32(reply->document, json_member(reply->document, reply->error, "code"), &status);
    else
        json_u32(reply->document, json_member(reply->document, reply->result, "status"), &status);
    return status;
}

DWORD call_finish(JsonWriter *text, uint64_t id)
{
    RpcReply reply;
    DWORD error = rpc_finish(&host.rpc, id, text, FRAMEWORK_TIMEOUT_MS, &reply);
    if (error != ERROR_SUCCESS)
        return error;
    error = status_of(&reply);
    rpc_reply_free(&reply);
    return error;
}

void call_text(JsonWriter *text, const char *name, const WCHAR *value)
{
    if (value != NULL)
        jw_wide(text, name, value, wcslen(value));
    else
        jw_null(text, name);
}

void call_bytes(JsonWriter *text, const char *name, const void *data, size_t size)
{
    if (data != NULL)
        jw_hex(text, name, data, size);
    else
        jw_null(text, name);
}

DWORD call_finish_with_data(JsonWriter *text, uint64_t id, DWORD *size, LPVOID *data)
{
    RpcReply reply;
    DWORD error = rpc_finish(&host.rpc, id, text, FRAMEWORK_TIMEOUT_MS, &reply);
    if (error != ERROR_SUCCESS)
        return error;
    error = status_of(&reply);
    int index = json_member(reply.document, reply.result, "data");
    size_t length = json_hex_size(reply.document, index);
    *size = 0;
    *data = NULL;
    if (error == ERROR_SUCCESS && length != 0) {
        *data = buffers_new((DWORD)length);
        if (*data == NULL)
            error = ERROR_NOT_ENOUGH_MEMORY;
        else if (json_hex(reply.document, index, *data, length, &length))
            *size = (DWORD)length;
    }
    rpc_reply_free(&reply);
    return error;
}
