// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Writes one JSON text, ASCII only, into a buffer that grows up to a limit.
 *
 * Every function takes the member name, or NULL inside an array.  Running out of memory or over
 * the limit sets `failed`; later calls then do nothing, so callers check once at the end.
 */
#ifndef HIL_JSON_WRITER_H
#define HIL_JSON_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#define JSON_WRITER_LIMIT (4u << 20)

typedef struct JsonWriter {
    char *data;
    size_t length;
    size_t capacity;
    size_t base; /* the text starts here */
    bool failed;
    bool borrowed; /* data is the caller's: never grown, never freed */
} JsonWriter;

/* Starts empty with `reserve` bytes left free at the front (0 for none). */
void jw_init(JsonWriter *w, size_t reserve);
/* Writes into a buffer of the caller instead (no heap: for use while handling a crash). */
void jw_init_fixed(JsonWriter *w, char *buffer, size_t capacity, size_t reserve);
/* Wipes and frees: a text may hold a secret on its way through a pipe. */
void jw_free(JsonWriter *w);

void jw_object(JsonWriter *w, const char *name);
void jw_end_object(JsonWriter *w);
void jw_array(JsonWriter *w, const char *name);
void jw_end_array(JsonWriter *w);

void jw_u64(JsonWriter *w, const char *name, uint64_t value);
void jw_i64(JsonWriter *w, const char *name, int64_t value);
void jw_bool(JsonWriter *w, const char *name, bool value);
void jw_null(JsonWriter *w, const char *name);
void jw_text(JsonWriter *w, const char *name, const char *utf8);
void jw_text_n(JsonWriter *w, const char *name, const char *utf8, size_t length);
void jw_wide(JsonWriter *w, const char *name, const WCHAR *text, size_t length);
void jw_hex(JsonWriter *w, const char *name, const void *data, size_t size);
/* "0x..." : handles and pointers. */
void jw_pointer(JsonWriter *w, const char *name, uint64_t value);
void jw_mac(JsonWriter *w, const char *name, const uint8_t mac[6]);
void jw_guid(JsonWriter *w, const char *name, const GUID *guid);
/* One character after all: '\n' of a line. */
void jw_raw(JsonWriter *w, const char *text, size_t length);

#endif
