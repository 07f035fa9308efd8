// SPDX-License-Identifier: GPL-2.0-or-later
/* Text forms shared by all programs: hex, MAC addresses, GUIDs, UTF-8. */
#ifndef HIL_TEXT_H
#define HIL_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <windows.h>

#define TEXT_MAC_SIZE 18  /* "02:00:00:00:00:01" and NUL */
#define TEXT_GUID_SIZE 39 /* "{4d36e972-e325-11ce-bfc1-08002be10318}" and NUL */
#define TEXT_U64_SIZE 21  /* "18446744073709551615" and NUL */

/* Digits of a number in base 10 or 16, with a NUL; their count.  The recorder writes dozens for each
 * call, and the C library's printf would be most of what a call costs. */
size_t text_u64(uint64_t value, unsigned base, char out[TEXT_U64_SIZE]);

/* Value of one hex digit, or -1. */
int text_hex_digit(char c);

/* Writes 2 * size digits and a NUL. */
void text_hex_encode(const uint8_t *data, size_t size, char *out);

/* Decodes length digits into out (capacity bytes); false on odd length, a bad digit or overflow. */
bool text_hex_decode(const char *text, size_t length, uint8_t *out, size_t capacity, size_t *size);

void text_mac(const uint8_t mac[6], char out[TEXT_MAC_SIZE]);
bool text_parse_mac(const char *text, size_t length, uint8_t mac[6]);

/* Registry form, lower case, with braces. */
void text_guid(const GUID *guid, char out[TEXT_GUID_SIZE]);
bool text_parse_guid(const char *text, size_t length, GUID *guid);

/* NUL-terminated copies on the process heap, to be given to text_free; NULL when out of memory
 * or when the input is not valid. */
WCHAR *text_to_wide(const char *utf8, size_t length);
char *text_to_utf8(const WCHAR *wide, size_t length);
void text_free(void *text);

#endif
