// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_writer.h"

#include <stdio.h>
#include <string.h>

#include "text.h"

#define FIRST_CAPACITY 2048u

void jw_init(JsonWriter *w, size_t reserve)
{
    memset(w, 0, sizeof *w);
    w->capacity = FIRST_CAPACITY + reserve;
    w->data = HeapAlloc(GetProcessHeap(), 0, w->capacity);
    w->length = w->base = reserve;
    w->failed = w->data == NULL;
}

void jw_init_fixed(JsonWriter *w, char *buffer, size_t capacity, size_t reserve)
{
    memset(w, 0, sizeof *w);
    w->data = buffer;
    w->capacity = capacity;
    w->length = w->base = reserve;
    w->borrowed = true;
}

static void wipe_and_release(char *data, size_t size)
{
    SecureZeroMemory(data, size);
    HeapFree(GetProcessHeap(), 0, data);
}

void jw_free(JsonWriter *w)
{
    if (w->data != NULL && !w->borrowed)
        wipe_and_release(w->data, w->capacity);
    memset(w, 0, sizeof *w);
}

static bool room(JsonWriter *w, size_t more)
{
    if (w->failed)
        return false;
    if (more <= w->capacity - w->length)
        return true;
    w->failed = true;
    if (w->borrowed || more > JSON_WRITER_LIMIT - w->length)
        return false;
    size_t capacity = w->capacity * 2;
    while (capacity < w->length + more)
        capacity *= 2;
    char *data = HeapAlloc(GetProcessHeap(), 0, capacity);
    if (data == NULL)
        return false;
    memcpy(data, w->data, w->length);
    wipe_and_release(w->data, w->capacity);
    w->data = data;
    w->capacity = capacity;
    w->failed = false;
    return true;
}

void jw_raw(JsonWriter *w, const char *text, size_t length)
{
    if (!room(w, length))
        return;
    memcpy(w->data + w->length, text, length);
    w->length += length;
}

static void put(JsonWriter *w, char c)
{
    jw_raw(w, &c, 1);
}

/* Comma if something precedes in this object or array, then the name. */
static void begin(JsonWriter *w, const char *name)
{
    if (w->failed)
        return;
    if (w->length > w->base && !strchr("{[", w->data[w->length - 1]))
        put(w, ',');
    if (name != NULL) {
        put(w, '"');
        jw_raw(w, name, strlen(name));
        jw_raw(w, "\":", 2);
    }
}

void jw_object(JsonWriter *w, const char *name)
{
    begin(w, name);
    put(w, '{');
}

void jw_end_object(JsonWriter *w)
{
    put(w, '}');
}

void jw_array(JsonWriter *w, const char *name)
{
    begin(w, name);
    put(w, '[');
}

void jw_end_array(JsonWriter *w)
{
    put(w, ']');
}

static void word(JsonWriter *w, const char *name, const char *text)
{
    begin(w, name);
    jw_raw(w, text, strlen(text));
}

void jw_u64(JsonWriter *w, const char *name, uint64_t value)
{
    char text[TEXT_U64_SIZE];
    begin(w, name);
    jw_raw(w, text, text_u64(value, 10, text));
}

void jw_i64(JsonWriter *w, const char *name, int64_t value)
{
    char text[1 + TEXT_U64_SIZE] = "-";
    size_t sign = value < 0;
    uint64_t absolute = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    begin(w, name);
    jw_raw(w, text, sign + text_u64(absolute, 10, text + sign));
}

void jw_bool(JsonWriter *w, const char *name, bool value)
{
    word(w, name, value ? "true" : "false");
}

void jw_null(JsonWriter *w, const char *name)
{
    word(w, name, "null");
}

static void escape_unit(JsonWriter *w, unsigned unit)
{
    char text[8];
    if (unit == '"' || unit == '\\') {
        text[0] = '\\';
        text[1] = (char)unit;
        jw_raw(w, text, 2);
    } else if (unit >= 0x20 && unit < 0x7f) {
        put(w, (char)unit);
    } else {
        snprintf(text, sizeof text, "\\u%04x", unit & 0xffffu);
        jw_raw(w, text, 6);
    }
}

void jw_wide(JsonWriter *w, const char *name, const WCHAR *text, size_t length)
{
    begin(w, name);
    put(w, '"');
    for (size_t i = 0; i < length; i++)
        escape_unit(w, text[i]);
    put(w, '"');
}

void jw_text_n(JsonWriter *w, const char *name, const char *utf8, size_t length)
{
    WCHAR *wide = text_to_wide(utf8, length);
    if (wide != NULL) {
        jw_wide(w, name, wide, wcslen(wide));
        text_free(wide);
        return;
    }
    begin(w, name); /* not UTF-8: keep what can be shown */
    put(w, '"');
    for (size_t i = 0; i < length; i++)
        escape_unit(w, (unsigned char)utf8[i] < 0x80 ? (unsigned char)utf8[i] : '?');
    put(w, '"');
}

void jw_text(JsonWriter *w, const char *name, const char *utf8)
{
    begin(w, name);
    put(w, '"');
    for (const char *c = utf8; *c != '\0'; c++)
        escape_unit(w, (unsigned char)*c < 0x80 ? (unsigned char)*c : '?');
    put(w, '"');
}

void jw_hex(JsonWriter *w, const char *name, const void *data, size_t size)
{
    begin(w, name);
    put(w, '"');
    if (room(w, 2 * size + 1)) {
        text_hex_encode(data, size, w->data + w->length);
        w->length += 2 * size;
    }
    put(w, '"');
}

void jw_pointer(JsonWriter *w, const char *name, uint64_t value)
{
    char text[4 + TEXT_U64_SIZE] = "\"0x";
    size_t length = 3 + text_u64(value, 16, text + 3);
    text[length++] = '"';
    begin(w, name);
    jw_raw(w, text, length);
}

void jw_mac(JsonWriter *w, const char *name, const uint8_t mac[6])
{
    char text[TEXT_MAC_SIZE];
    text_mac(mac, text);
    jw_text(w, name, text);
}

void jw_guid(JsonWriter *w, const char *name, const GUID *guid)
{
    char text[TEXT_GUID_SIZE];
    text_guid(guid, text);
    jw_text(w, name, text);
}
