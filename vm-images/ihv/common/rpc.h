// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Calls over JSON lines: {"id":n,"call":"...","args":{...}} out, {"id":n,"result":{...}} or
 * {"id":n,"error":{"code":...,"message":...}} back.  Any thread may call; one reader thread
 * delivers the replies.
 */
#ifndef HIL_RPC_H
#define HIL_RPC_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "json_reader.h"
#include "json_writer.h"

/* Sends one finished text as a line; false if the other side is gone. */
typedef bool (*RpcSend)(void *context, JsonWriter *text);

struct RpcPending;

typedef struct Rpc {
    CRITICAL_SECTION lock;
    RpcSend send;
    void *context;
    uint64_t last_id;
    struct RpcPending *pending;
    bool closed;
} Rpc;

/* An answer that arrived: `result` and `error` are token indices or JSON_NONE. */
typedef struct RpcReply {
    JsonDocument *document;
    int result;
    int error;
} RpcReply;

void rpc_init(Rpc *rpc, RpcSend send, void *context);
void rpc_destroy(Rpc *rpc);

/* Starts a call's text; the caller adds the members of args. Returns the call's id. */
uint64_t rpc_begin(Rpc *rpc, JsonWriter *text, const char *call);

/* Sends the text (and frees it) and waits. ERROR_SUCCESS: `reply` holds the answer, be it result
 * or error. Else ERROR_TIMEOUT, ERROR_BROKEN_PIPE or ERROR_OUTOFMEMORY, and reply is empty. */
DWORD rpc_finish(Rpc *rpc, uint64_t id, JsonWriter *text, DWORD timeout_ms, RpcReply *reply);

void rpc_reply_free(RpcReply *reply);

/* Reader thread: true if the document is a reply (known or late). */
bool rpc_deliver(Rpc *rpc, const JsonDocument *document, size_t length);

/* Fails all waiting and later calls with ERROR_BROKEN_PIPE. */
void rpc_close(Rpc *rpc);

#endif
