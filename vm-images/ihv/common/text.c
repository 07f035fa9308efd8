// SPDX-License-Identifier: GPL-2.0-or-later
#include "text.h"

#include <limits.h>
#include <stdio.h>

static const char DIGITS[] = "0123456789abcdef";

size_t text_u64(uint64_t value, unsigned base, char out[TEXT_U64_SIZE])
{
    char reversed[TEXT_U64_SIZE];
    size_t length = 0;
    do {
        reversed[length++] = DIGITS[value % base];
        value /= base;
    } while (value != 0);
    for (size_t i = 0; i < length; i++)
        out[i] = reversed[length - 1 - i];
    out[length] = '\0';
    return length;
}

int text_hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void text_hex_encode(const uint8_t *data, size_t size, char *out)
{
    for (size_t i = 0; i < size; i++) {
        *out++ = DIGITS[data[i] >> 4];
        *out++ = DIGITS[data[i] & 15];
    }
    *out = '\0';
}

bool text_hex_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *size)
{
    if (length % 2 != 0 || length / 2 > capacity)
        return false;
    for (size_t i = 0; i < length / 2; i++) {
        int high = text_hex_digit(text[2 * i]);
        int low = text_hex_digit(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    *size = length / 2;
    return true;
}

void text_mac(const uint8_t mac[6], char out[TEXT_MAC_SIZE])
{
    for (size_t i = 0; i < 6; i++) {
        text_hex_encode(mac + i, 1, out + 3 * i);
        out[3 * i + 2] = i < 5 ? ':' : '\0';
    }
}

bool text_parse_mac(const char *text, size_t length, uint8_t mac[6])
{
    if (length != TEXT_MAC_SIZE - 1)
        return false;
    for (size_t i = 0; i < 6; i++) {
        size_t size;
        if (!text_hex_decode(text + 3 * i, 2, mac + i, 1, &size))
            return false;
        if (i < 5 && text[3 * i + 2] != ':')
            return false;
    }
    return true;
}

void text_guid(const GUID *guid, char out[TEXT_GUID_SIZE])
{
    const uint8_t *d = guid->Data4;
    snprintf(out, TEXT_GUID_SIZE, "{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", guid->Data1,
             guid->Data2, guid->Data3, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
}

bool text_parse_guid(const char *text, size_t length, GUID *guid)
{
    /* Position of each byte of the 16, in the order they are written. */
    static const uint8_t at[16] = {1, 3, 5, 7, 10, 12, 15, 17, 20, 22, 25, 27, 29, 31, 33, 35};
    uint8_t bytes[16];
    size_t size;

    if (length != TEXT_GUID_SIZE - 1 || text[0] != '{' || text[37] != '}')
        return false;
    if (text[9] != '-' || text[14] != '-' || text[19] != '-' || text[24] != '-')
        return false;
    for (size_t i = 0; i < 16; i++)
        if (!text_hex_decode(text + at[i], 2, bytes + i, 1, &size))
            return false;
    guid->Data1 = (ULONG)bytes[0] << 24 | (ULONG)bytes[1] << 16 | (ULONG)bytes[2] << 8 | bytes[3];
    guid->Data2 = (USHORT)(bytes[4] << 8 | bytes[5]);
    guid->Data3 = (USHORT)(bytes[6] << 8 | bytes[7]);
    for (size_t i = 0; i < 8; i++)
        guid->Data4[i] = bytes[8 + i];
    return true;
}

WCHAR *text_to_wide(const char *utf8, size_t length)
{
    if (length > INT_MAX / 4)
        return NULL;
    int count = length == 0 ? 0
                            : MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, utf8, (int)length,
                                                  NULL, 0);
    if (length != 0 && count == 0)
        return NULL;
    WCHAR *wide = HeapAlloc(GetProcessHeap(), 0, ((size_t)count + 1) * sizeof *wide);
    if (wide == NULL)
        return NULL;
    if (count != 0)
        MultiByteToWideChar(CP_UTF8, 0, utf8, (int)length, wide, count);
    wide[count] = L'\0';
    return wide;
}

char *text_to_utf8(const WCHAR *wide, size_t length)
{
    if (length > INT_MAX / 4)
        return NULL;
    int count = length == 0 ? 0
                            : WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, NULL, 0, NULL, NULL);
    char *utf8 = HeapAlloc(GetProcessHeap(), 0, (size_t)count + 1);
    if (utf8 == NULL)
        return NULL;
    if (count != 0)
        WideCharToMultiByte(CP_UTF8, 0, wide, (int)length, utf8, count, NULL, NULL);
    utf8[count] = '\0';
    return utf8;
}

void text_free(void *text)
{
    if (text != NULL)
        HeapFree(GetProcessHeap(), 0, text);
}
