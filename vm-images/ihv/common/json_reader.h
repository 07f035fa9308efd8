// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads one JSON text (RFC 8259) that comes from another process: nothing of it is trusted.
 *
 * The text is checked whole and split into tokens in an array of fixed size, without recursion
 * and without copying; depth and number of tokens are bounded.  Token 0 is the root.  A token
 * spans its subtree: `next` is the index behind it.  An object's children are name, value, ...
 */
#ifndef HIL_JSON_READER_H
#define HIL_JSON_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#define JSON_MAX_TOKENS 2048
#define JSON_MAX_DEPTH 16
#define JSON_NONE (-1)

typedef enum JsonType {
    JSON_OBJECT,
    JSON_ARRAY,
    JSON_STRING,
    JSON_NUMBER,
    JSON_TRUE,
    JSON_FALSE,
    JSON_NULL,
} JsonType;

typedef struct JsonToken {
    JsonType type;
    uint32_t start; /* of a string: behind its quote */
    uint32_t end;
    int next;
} JsonToken;

typedef struct JsonDocument {
    const char *text;
    int count;
    JsonToken tokens[JSON_MAX_TOKENS];
} JsonDocument;

/* False if the text is not one JSON value within the bounds. The text must outlive the document. */
bool json_parse(JsonDocument *document, const char *text, size_t length);

/* Index of an object's member, or JSON_NONE if absent or `object` is none. */
int json_member(const JsonDocument *document, int object, const char *name);
/* First element of an array and the one after `element`; JSON_NONE at the end. */
int json_first(const JsonDocument *document, int array);
int json_after(const JsonDocument *document, int array, int element);
bool json_is_null(const JsonDocument *document, int index);

/* Whole number 0 ... 2^64-1. */
bool json_u64(const JsonDocument *document, int index, uint64_t *value);
bool json_u32(const JsonDocument *document, int index, uint32_t *value);
/* "0x..." handle. */
bool json_pointer(const JsonDocument *document, int index, uint64_t *value);
bool json_bool(const JsonDocument *document, int index, bool *value);
/* Equal to an ASCII text without escapes. */
bool json_equals(const JsonDocument *document, int index, const char *text);
/* Hex digits into at most capacity bytes. */
bool json_hex(const JsonDocument *document, int index, uint8_t *out, size_t capacity, size_t *size);
/* Number of bytes the hex string holds (for allocating), or 0. */
size_t json_hex_size(const JsonDocument *document, int index);
bool json_mac(const JsonDocument *document, int index, uint8_t mac[6]);
bool json_guid(const JsonDocument *document, int index, GUID *guid);
/* Decoded NUL-terminated copy for text_free; NULL if no string, not valid, or it holds U+0000. */
WCHAR *json_wide(const JsonDocument *document, int index);

#endif
