// SPDX-License-Identifier: GPL-2.0-or-later
/* What the decoders share. */
#ifndef HIL_RECORDER_DECODE_PARTS_H
#define HIL_RECORDER_DECODE_PARTS_H

#include <stdbool.h>

#include "json_writer.h"
#include "wlanihv.h"

#define MAX_LIST 32u /* entries of any list that are shown */

/* null for NULL, else {"address":...,"unreadable":true}. */
void decode_unreadable(JsonWriter *w, const char *name, const void *address);
/*
 * Copies a structure and begins its object with "address" and "size": where it lies is evidence
 * (a late access to it), beside what it holds.  False, and all written, if it cannot be read.
 */
bool decode_begin(JsonWriter *w, const char *name, const void *at, void *copy, size_t size);
/* The object ends; the copy, which may hold what is not to stay in memory, is wiped. */
void decode_end(JsonWriter *w, void *copy, size_t size);
/* {"address":...,"size":n} of memory that is shown elsewhere, or not at all. */
void decode_region(JsonWriter *w, const char *name, const void *at, size_t size);
/* A NUL-terminated text that may hold a secret. */
void decode_secret_text(JsonWriter *w, const char *name, const WCHAR *text);
/* Wipes and frees a copy of something secret. */
void decode_release(void *copy, size_t size);
void decode_header(JsonWriter *w, const NDIS_OBJECT_HEADER *h);
void decode_ssid(JsonWriter *w, const char *name, const DOT11_SSID *s);

#endif
