// SPDX-License-Identifier: GPL-2.0-or-later
#include "decode.h"

#include <string.h>

#include "decode_parts.h"
#include "safe_copy.h"
#include "trace.h"

#define MAX_SECRET (1u << 20) /* bytes that are hashed: bounds the time a hostile length takes */
#define MAX_TEXT_CHARS 65536u

void decode_unreadable(JsonWriter *w, const char *name, const void *address)
{
    if (address == NULL) {
        jw_null(w, name);
        return;
    }
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)address);
    jw_bool(w, "unreadable", true);
    jw_end_object(w);
}

bool decode_begin(JsonWriter *w, const char *name, const void *at, void *copy, size_t size)
{
    if (!safe_copy(copy, at, size)) {
        decode_unreadable(w, name, at);
        return false;
    }
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)at);
    jw_u64(w, "size", size);
    return true;
}

void decode_end(JsonWriter *w, void *copy, size_t size)
{
    jw_end_object(w);
    SecureZeroMemory(copy, size);
}

void decode_region(JsonWriter *w, const char *name, const void *at, size_t size)
{
    if (at == NULL) {
        jw_null(w, name);
        return;
    }
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)at);
    jw_u64(w, "size", size);
    jw_end_object(w);
}

void decode_handle(JsonWriter *w, const char *name, const void *handle)
{
    jw_pointer(w, name, (uintptr_t)handle);
}

void decode_dword_at(JsonWriter *w, const char *name, const DWORD *value)
{
    DWORD copy;
    if (safe_copy(&copy, value, sizeof copy))
        jw_u64(w, name, copy);
    else
        decode_unreadable(w, name, value);
}

void decode_pointer_at(JsonWriter *w, const char *name, void *const *value)
{
    void *copy;
    if (safe_copy(&copy, value, sizeof copy))
        jw_pointer(w, name, (uintptr_t)copy);
    else
        decode_unreadable(w, name, value);
}

void decode_mac_at(JsonWriter *w, const char *name, const void *mac)
{
    uint8_t copy[6];
    if (safe_copy(copy, mac, sizeof copy))
        jw_mac(w, name, copy);
    else
        decode_unreadable(w, name, mac);
}

void decode_guid(JsonWriter *w, const char *name, const GUID *guid)
{
    jw_guid(w, name, guid);
}

void decode_release(void *copy, size_t size)
{
    SecureZeroMemory(copy, size);
    HeapFree(GetProcessHeap(), 0, copy);
}

/* {"address":...,"size":n,"length":n,"hash":"..."}: size is what lies there, length what is hashed. */
static void hashed(JsonWriter *w, const char *name, const void *at, size_t size, const void *copy,
                   size_t length)
{
    jw_object(w, name);
    jw_pointer(w, "address", (uintptr_t)at);
    jw_u64(w, "size", size);
    trace_secret_members(w, copy, length);
}

void decode_secret(JsonWriter *w, const char *name, const void *data, size_t size)
{
    if (data == NULL) {
        jw_null(w, name);
        return;
    }
    if (size > MAX_SECRET) {
        decode_region(w, name, data, size);
        return;
    }
    void *copy = size != 0 ? safe_duplicate(data, size) : NULL;
    if (size != 0 && copy == NULL) {
        decode_unreadable(w, name, data);
        return;
    }
    hashed(w, name, data, size, copy != NULL ? copy : "", size);
    jw_end_object(w);
    if (copy != NULL)
        decode_release(copy, size);
}

void decode_secret_text(JsonWriter *w, const char *name, const WCHAR *text)
{
    size_t length;
    WCHAR *copy = text != NULL ? safe_wide(text, MAX_TEXT_CHARS, &length) : NULL;
    if (copy == NULL) {
        decode_unreadable(w, name, text);
        return;
    }
    bool whole = length < MAX_TEXT_CHARS;
    hashed(w, name, text, (length + whole) * sizeof *copy, copy, length * sizeof *copy);
    if (!whole)
        jw_bool(w, "truncated", true);
    jw_end_object(w);
    decode_release(copy, length * sizeof *copy);
}

void decode_header(JsonWriter *w, const NDIS_OBJECT_HEADER *h)
{
    jw_object(w, "Header");
    jw_u64(w, "Type", h->Type);
    jw_u64(w, "Revision", h->Revision);
    jw_u64(w, "Size", h->Size);
    jw_end_object(w);
}

void decode_ssid(JsonWriter *w, const char *name, const DOT11_SSID *s)
{
    jw_object(w, name);
    jw_u64(w, "uSSIDLength", s->uSSIDLength);
    jw_hex(w, "ucSSID", s->ucSSID, s->uSSIDLength <= 32 ? s->uSSIDLength : 32);
    jw_end_object(w);
}
