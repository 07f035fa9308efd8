// SPDX-License-Identifier: GPL-2.0-or-later
#include "service.h"

#include <string.h>

#include "lines.h"
#include "notify.h"

#define CLIENT_MAGIC 0x4c484957u /* "WIHL": a wrong handle is told apart from a client */

static bool send_text(void *context, JsonWriter *text)
{
    Client *client = context;
    jw_raw(text, "\n", 1);
    bool sent = !text->failed;
    EnterCriticalSection(&client->send_lock);
    for (size_t done = 0; sent && done < text->length;) {
        int part = send(client->socket, text->data + done, (int)(text->length - done), 0);
        sent = part > 0;
        done += sent ? (size_t)part : 0;
    }
    LeaveCriticalSection(&client->send_lock);
    return sent;
}

static size_t receive_some(void *context, char *buffer, size_t size)
{
    int got = recv(((Client *)context)->socket, buffer, (int)size, 0);
    return got > 0 ? (size_t)got : 0;
}

static void take_line(Client *client, JsonDocument *document, const char *line, size_t length)
{
    if (!json_parse(document, line, length))
        return;
    if (rpc_deliver(&client->rpc, document, length))
        return;
    if (json_equals(document, json_member(document, 0, "event"), "notification"))
        notify_enqueue(client, document);
}

static DWORD WINAPI reader_main(LPVOID context)
{
    Client *client = context;
    LineReader lines = {0};
    JsonDocument *document = HeapAlloc(GetProcessHeap(), 0, sizeof *document);
    char *line;
    size_t length;

    if (document != NULL && lines_init(&lines, receive_some, client, SERVICE_MAX_LINE)) {
        LineResult got;
        while ((got = lines_next(&lines, &line, &length)) != LINE_END)
            if (got == LINE_OK)
                take_line(client, document, line, length);
        lines_free(&lines);
    }
    rpc_close(&client->rpc);
    if (document != NULL)
        HeapFree(GetProcessHeap(), 0, document);
    return 0;
}

static u_short service_port(void)
{
    WCHAR text[8];
    DWORD size = GetEnvironmentVariableW(SERVICE_PORT_VARIABLE, text, ARRAYSIZE(text));
    unsigned long port = size > 0 && size < ARRAYSIZE(text) ? wcstoul(text, NULL, 10) : 0;
    return port > 0 && port <= 0xffff ? (u_short)port : SERVICE_PORT;
}

static DWORD open_socket(SOCKET *out)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons(service_port()),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    WSADATA data;
    int no_delay = 1;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return ERROR_SERVICE_NOT_ACTIVE;
    *out = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (*out == INVALID_SOCKET) {
        WSACleanup();
        return ERROR_SERVICE_NOT_ACTIVE;
    }
    if (connect(*out, (struct sockaddr *)&address, sizeof address) != 0) {
        closesocket(*out);
        WSACleanup();
        return ERROR_SERVICE_NOT_ACTIVE;
    }
    setsockopt(*out, IPPROTO_TCP, TCP_NODELAY, (const char *)&no_delay, sizeof no_delay);
    return ERROR_SUCCESS;
}

DWORD service_connect(Client **out)
{
    Client *client = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *client);
    if (client == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    DWORD error = open_socket(&client->socket);
    if (error != ERROR_SUCCESS) {
        HeapFree(GetProcessHeap(), 0, client);
        return error;
    }
    client->magic = CLIENT_MAGIC;
    InitializeCriticalSection(&client->send_lock);
    InitializeCriticalSection(&client->notify_lock);
    InitializeCriticalSection(&client->callback_lock);
    rpc_init(&client->rpc, send_text, client);
    client->notify_ready = CreateEventW(NULL, FALSE, FALSE, NULL);
    client->notifier = CreateThread(NULL, 0, notify_main, client, 0, NULL);
    client->reader = CreateThread(NULL, 0, reader_main, client, 0, NULL);
    *out = client;
    if (client->notify_ready == NULL || client->notifier == NULL || client->reader == NULL) {
        service_disconnect(client);
        return ERROR_NOT_ENOUGH_MEMORY;
    }
    return ERROR_SUCCESS;
}

static void join(HANDLE thread)
{
    if (thread == NULL)
        return;
    /* A callback may close its own handle: a thread cannot wait for itself. */
    if (GetThreadId(thread) != GetCurrentThreadId())
        WaitForSingleObject(thread, SERVICE_TIMEOUT_MS);
    CloseHandle(thread);
}

void service_disconnect(Client *client)
{
    client->magic = 0;
    shutdown(client->socket, SD_BOTH);
    closesocket(client->socket);
    join(client->reader);
    notify_close(client);
    join(client->notifier);
    if (client->notify_ready != NULL)
        CloseHandle(client->notify_ready);
    rpc_destroy(&client->rpc);
    DeleteCriticalSection(&client->send_lock);
    DeleteCriticalSection(&client->notify_lock);
    DeleteCriticalSection(&client->callback_lock);
    HeapFree(GetProcessHeap(), 0, client);
    WSACleanup();
}

Client *service_client(HANDLE handle)
{
    Client *client = handle;
    if (client == NULL || handle == INVALID_HANDLE_VALUE)
        return NULL;
    return client->magic == CLIENT_MAGIC ? client : NULL;
}

DWORD service_call(Client *client, uint64_t id, JsonWriter *text, RpcReply *reply, DWORD *reason)
{
    DWORD error = rpc_finish(&client->rpc, id, text, SERVICE_TIMEOUT_MS, reply);
    if (error == ERROR_BROKEN_PIPE)
        return ERROR_SERVICE_NOT_ACTIVE;
    if (error != ERROR_SUCCESS || reply->error == JSON_NONE)
        return error;
    uint32_t code = 0;
    if (!json_u32(reply->document, json_member(reply->document, reply->error, "code"), &code) ||
        code == ERROR_SUCCESS)
        code = ERROR_GEN_FAILURE;
    if (reason != NULL) {
        uint32_t told = 0;
        if (json_u32(reply->document, json_member(reply->document, reply->error, "reason"), &told))
            *reason = told;
    }
    rpc_reply_free(reply);
    return code;
}
