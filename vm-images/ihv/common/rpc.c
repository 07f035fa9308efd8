// SPDX-License-Identifier: GPL-2.0-or-later
#include "rpc.h"

#include <string.h>

typedef struct RpcPending {
    struct RpcPending *next;
    uint64_t id;
    HANDLE arrived;
    RpcReply reply;
} RpcPending;

void rpc_init(Rpc *rpc, RpcSend send, void *context)
{
    memset(rpc, 0, sizeof *rpc);
    InitializeCriticalSection(&rpc->lock);
    rpc->send = send;
    rpc->context = context;
}

void rpc_destroy(Rpc *rpc)
{
    DeleteCriticalSection(&rpc->lock);
}

uint64_t rpc_begin(Rpc *rpc, JsonWriter *text, const char *call)
{
    EnterCriticalSection(&rpc->lock);
    uint64_t id = ++rpc->last_id;
    LeaveCriticalSection(&rpc->lock);
    jw_init(text, 0);
    jw_object(text, NULL);
    jw_u64(text, "id", id);
    jw_text(text, "call", call);
    jw_object(text, "args");
    return id;
}

static bool enlist(Rpc *rpc, RpcPending *pending)
{
    EnterCriticalSection(&rpc->lock);
    bool open = !rpc->closed;
    if (open) {
        pending->next = rpc->pending;
        rpc->pending = pending;
    }
    LeaveCriticalSection(&rpc->lock);
    return open;
}

static void delist(Rpc *rpc, RpcPending *pending)
{
    EnterCriticalSection(&rpc->lock);
    for (RpcPending **link = &rpc->pending; *link != NULL; link = &(*link)->next) {
        if (*link == pending) {
            *link = pending->next;
            break;
        }
    }
    LeaveCriticalSection(&rpc->lock);
}

static DWORD send_and_wait(Rpc *rpc, RpcPending *pending, JsonWriter *text, DWORD timeout_ms)
{
    if (!enlist(rpc, pending))
        return ERROR_BROKEN_PIPE;
    DWORD waited = WAIT_OBJECT_0;
    if (!rpc->send(rpc->context, text))
        waited = WAIT_FAILED;
    else
        waited = WaitForSingleObject(pending->arrived, timeout_ms);
    delist(rpc, pending);
    if (pending->reply.document != NULL)
        return ERROR_SUCCESS;
    return waited == WAIT_TIMEOUT ? ERROR_TIMEOUT : ERROR_BROKEN_PIPE;
}

DWORD rpc_finish(Rpc *rpc, uint64_t id, JsonWriter *text, DWORD timeout_ms, RpcReply *reply)
{
    RpcPending pending = {.id = id, .arrived = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD error = ERROR_OUTOFMEMORY;

    jw_end_object(text);
    jw_end_object(text);
    if (pending.arrived != NULL && !text->failed)
        error = send_and_wait(rpc, &pending, text, timeout_ms);
    if (pending.arrived != NULL)
        CloseHandle(pending.arrived);
    jw_free(text);
    *reply = pending.reply;
    return error;
}

void rpc_reply_free(RpcReply *reply)
{
    if (reply->document == NULL)
        return;
    HeapFree(GetProcessHeap(), 0, (void *)reply->document->text);
    HeapFree(GetProcessHeap(), 0, reply->document);
    reply->document = NULL;
}

static JsonDocument *copy_document(const JsonDocument *from, size_t length)
{
    size_t size = offsetof(JsonDocument, tokens) + (size_t)from->count * sizeof from->tokens[0];
    JsonDocument *document = HeapAlloc(GetProcessHeap(), 0, size);
    char *text = HeapAlloc(GetProcessHeap(), 0, length + 1);
    if (document == NULL || text == NULL) {
        if (document != NULL)
            HeapFree(GetProcessHeap(), 0, document);
        if (text != NULL)
            HeapFree(GetProcessHeap(), 0, text);
        return NULL;
    }
    memcpy(document, from, size);
    memcpy(text, from->text, length);
    text[length] = '\0';
    document->text = text;
    return document;
}

bool rpc_deliver(Rpc *rpc, const JsonDocument *document, size_t length)
{
    int result = json_member(document, 0, "result");
    int error = json_member(document, 0, "error");
    uint64_t id;
    if (result == JSON_NONE && error == JSON_NONE)
        return false;
    if (!json_u64(document, json_member(document, 0, "id"), &id))
        return true;
    EnterCriticalSection(&rpc->lock);
    for (RpcPending *p = rpc->pending; p != NULL; p = p->next) {
        if (p->id != id || p->reply.document != NULL)
            continue;
        p->reply.document = copy_document(document, length);
        p->reply.result = result;
        p->reply.error = error;
        SetEvent(p->arrived);
    }
    LeaveCriticalSection(&rpc->lock);
    return true;
}

void rpc_close(Rpc *rpc)
{
    EnterCriticalSection(&rpc->lock);
    rpc->closed = true;
    for (RpcPending *p = rpc->pending; p != NULL; p = p->next)
        SetEvent(p->arrived);
    LeaveCriticalSection(&rpc->lock);
}
