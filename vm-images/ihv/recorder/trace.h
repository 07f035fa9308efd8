// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The trace: one JSON line per record, appended with one WriteFile each, so that what was written
 * survives a crash of the process.  The only lock is held around that write.
 */
#ifndef HIL_RECORDER_TRACE_H
#define HIL_RECORDER_TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "json_writer.h"

#define TRACE_HASH_BYTES 8 /* of HMAC-SHA256(salt, bytes) */

typedef struct Record {
    JsonWriter w;
    uint64_t t_ns;
} Record;

/* One call through the recorder; lives on the wrapper's stack. */
typedef struct Call {
    uint64_t number;
    const char *function;
    DWORD last_error;
    Record record;
} Call;

bool trace_open(const WCHAR *path);
void trace_close(void);

/* Records of other kinds: begin, add members to record->w, end. */
void trace_begin(Record *record, const char *kind);
/* With a fixed buffer instead of the heap, for use while the process is dying. */
void trace_begin_fixed(Record *record, const char *kind, char *buffer, size_t size);
void trace_end(Record *record);

/*
 * A call: call_enter, args into call->record.w, call_run, the real call, call_return*, out
 * members, call_end.  GetLastError is what it would be without the recorder: call_run and
 * call_end put it back.
 */
/* handler: called by the OS; else by the vendor. */
void call_enter(Call *call, const char *function, bool handler);
void call_run(Call *call);
void call_return(Call *call, DWORD result);
void call_return_void(Call *call);
void call_end(Call *call);

/* 16 hex digits that tell equal secrets apart from different ones within one process's trace. */
void trace_hash(const void *data, size_t size, char out[2 * TRACE_HASH_BYTES + 1]);
/* {"length":n,"hash":"..."} of bytes that may be secret; the members alone, without the braces. */
void trace_secret(JsonWriter *w, const char *name, const void *data, size_t size);
void trace_secret_members(JsonWriter *w, const void *data, size_t size);

/* How many records could not be built or written whole, for want of memory or room on the disk. */
uint64_t trace_lost(void);

/* Hex of the process's salt. */
const char *trace_salt(void);

#endif
