// SPDX-License-Identifier: GPL-2.0-or-later
#include "trace.h"

#include <bcrypt.h>
#include <string.h>

#include "clock.h"
#include "stack.h"
#include "text.h"

#define SALT_BYTES 16
#define HEADER_ROOM 128 /* {"seq":...,"t":...,"pid":...,"tid":..., in front of a record */
#define LOCK_TRIES 200  /* of 1 ms: a dying process does not wait for a thread that is gone */

static HANDLE file = INVALID_HANDLE_VALUE;
static CRITICAL_SECTION write_lock;
static uint64_t last_seq; /* of records that were to be written, whether they were or not */
static uint64_t lost;
static bool torn; /* the file ends in a part of a record */
static volatile LONG64 last_call;
static BCRYPT_ALG_HANDLE hmac;
static uint8_t salt[SALT_BYTES];
static char salt_text[2 * SALT_BYTES + 1];

bool trace_open(const WCHAR *path)
{
    InitializeCriticalSection(&write_lock);
    stack_open();
    BCryptOpenAlgorithmProvider(&hmac, BCRYPT_SHA256_ALGORITHM, NULL, BCRYPT_ALG_HANDLE_HMAC_FLAG);
    BCryptGenRandom(NULL, salt, sizeof salt, BCRYPT_USE_SYSTEM_PREFERRED_RNG);
    text_hex_encode(salt, sizeof salt, salt_text);
    file = CreateFileW(path, FILE_APPEND_DATA, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_ALWAYS, FILE_ATTRIBUTE_NORMAL, NULL);
    return file != INVALID_HANDLE_VALUE;
}

void trace_close(void)
{
    if (file != INVALID_HANDLE_VALUE)
        CloseHandle(file);
    file = INVALID_HANDLE_VALUE;
    if (hmac != NULL)
        BCryptCloseAlgorithmProvider(hmac, 0);
    hmac = NULL;
    stack_close();
}

const char *trace_salt(void)
{
    return salt_text;
}

uint64_t trace_lost(void)
{
    return lost;
}

/* ---- records ---- */

void trace_begin(Record *record, const char *kind)
{
    record->t_ns = clock_now_ns();
    jw_init(&record->w, HEADER_ROOM);
    jw_text(&record->w, "kind", kind);
}

void trace_begin_fixed(Record *record, const char *kind, char *buffer, size_t size)
{
    record->t_ns = clock_now_ns();
    jw_init_fixed(&record->w, buffer, size, HEADER_ROOM);
    jw_text(&record->w, "kind", kind);
}

static bool lock_to_write(void)
{
    for (int i = 0; i < LOCK_TRIES; i++) {
        if (TryEnterCriticalSection(&write_lock))
            return true;
        Sleep(1);
    }
    return false;
}

/* A member of the header behind what is there. */
static size_t header_member(char *header, size_t length, const char *name, uint64_t value)
{
    size_t size = strlen(name);
    memcpy(header + length, name, size);
    length += size;
    length += text_u64(value, 10, header + length);
    header[length] = ',';
    return length + 1;
}

/* As much as there is room for; how much that was. */
static DWORD write_some(const char *data, DWORD length)
{
    DWORD done = 0;
    while (done < length) {
        DWORD part = 0;
        if (!WriteFile(file, data + done, length - done, &part, NULL) || part == 0)
            break;
        done += part;
    }
    return done;
}

/* A record that does not fit is lost; what there is of it is ended before the next one. */
static bool write_whole(const char *line, DWORD length)
{
    if (torn && write_some("\n", 1) != 1)
        return false;
    DWORD written = write_some(line, length);
    torn = written != 0 && written != length;
    return written == length;
}

/* Puts the header directly in front of the text and writes both as one. */
static void write_line(Record *record)
{
    char header[HEADER_ROOM];
    size_t size = header_member(header, 0, "{\"seq\":", last_seq);
    size = header_member(header, size, "\"t\":", record->t_ns);
    size = header_member(header, size, "\"pid\":", GetCurrentProcessId());
    size = header_member(header, size, "\"tid\":", GetCurrentThreadId());
    char *start = record->w.data + HEADER_ROOM - size;
    DWORD length = (DWORD)(record->w.data + record->w.length - start);
    memcpy(start, header, size);
    if (!write_whole(start, length))
        lost++;
}

void trace_end(Record *record)
{
    jw_raw(&record->w, "}\n", 2);
    /* A record that could not be built or written whole leaves a gap in seq, which readers
     * report; the last record says how many there were. */
    if (file != INVALID_HANDLE_VALUE) {
        bool fixed = record->w.borrowed;
        if (!fixed)
            EnterCriticalSection(&write_lock);
        if (!fixed || lock_to_write()) {
            last_seq++;
            if (record->w.failed)
                lost++;
            else
                write_line(record);
            LeaveCriticalSection(&write_lock);
        }
    }
    jw_free(&record->w);
}

/* ---- calls ---- */

/* A call that an exception or longjmp took away has ended, but has no result. */
static void write_unwound(const Frame *frame)
{
    Record record;
    trace_begin(&record, "return");
    jw_u64(&record.w, "call", frame->number);
    jw_text(&record.w, "function", frame->function);
    jw_null(&record.w, "result");
    jw_bool(&record.w, "unwound", true);
    trace_end(&record);
}

/* Those of the current thread whose stack frames are gone: at or below an address in use. */
static void end_unwound(uintptr_t at)
{
    Frame gone;
    while (stack_take_abandoned(at, &gone))
        write_unwound(&gone);
}

void call_enter(Call *call, const char *function, bool handler)
{
    call->last_error = GetLastError();
    end_unwound((uintptr_t)call);
    trace_begin(&call->record, "enter");
    call->number = (uint64_t)InterlockedIncrement64(&last_call);
    call->function = function;
    stack_push(&(Frame){(uintptr_t)call, function, call->number, handler});
    jw_u64(&call->record.w, "call", call->number);
    jw_text(&call->record.w, "function", function);
    jw_object(&call->record.w, "args");
}

void call_run(Call *call)
{
    jw_end_object(&call->record.w);
    trace_end(&call->record);
    SetLastError(call->last_error);
}

static void begin_return(Call *call)
{
    call->last_error = GetLastError();
    end_unwound((uintptr_t)call - 1);
    trace_begin(&call->record, "return");
    stack_pop((uintptr_t)call);
    jw_u64(&call->record.w, "call", call->number);
    jw_text(&call->record.w, "function", call->function);
}

void call_return(Call *call, DWORD result)
{
    begin_return(call);
    jw_u64(&call->record.w, "result", result);
    jw_object(&call->record.w, "out");
}

void call_return_void(Call *call)
{
    begin_return(call);
    jw_null(&call->record.w, "result");
    jw_object(&call->record.w, "out");
}

void call_end(Call *call)
{
    jw_end_object(&call->record.w);
    trace_end(&call->record);
    SetLastError(call->last_error);
}

/* ---- secrets ---- */

void trace_hash(const void *data, size_t size, char out[2 * TRACE_HASH_BYTES + 1])
{
    uint8_t digest[32] = {0};
    BCRYPT_HASH_HANDLE hash = NULL;
    if (BCRYPT_SUCCESS(BCryptCreateHash(hmac, &hash, NULL, 0, salt, sizeof salt, 0))) {
        BCryptHashData(hash, (PUCHAR)data, (ULONG)size, 0);
        BCryptFinishHash(hash, digest, sizeof digest, 0);
        BCryptDestroyHash(hash);
    }
    text_hex_encode(digest, TRACE_HASH_BYTES, out);
}

void trace_secret_members(JsonWriter *w, const void *data, size_t size)
{
    char hash[2 * TRACE_HASH_BYTES + 1];
    trace_hash(data, size, hash);
    jw_u64(w, "length", size);
    jw_text(w, "hash", hash);
}

void trace_secret(JsonWriter *w, const char *name, const void *data, size_t size)
{
    jw_object(w, name);
    trace_secret_members(w, data, size);
    jw_end_object(w);
}
