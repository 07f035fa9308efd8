// SPDX-License-Identifier: GPL-2.0-or-later
/* What the decoders share. */
#ifndef HIL_RECORDER_DECODE_PARTS_H
#define HIL_RECORDER_DECODE_PARTS_H

#include "json_writer.h"
#include "wlanihv.h"

#define MAX_LIST 32u /* entries of any list that are shown */

/* null for NULL, else {"address":...,"unreadable":true}. */
void decode_unreadable(JsonWriter *w, const char *name, const void *address);
/* Wipes and frees a copy of something secret. */
void decode_release(void *copy, size_t size);
void decode_header(JsonWriter *w, const NDIS_OBJECT_HEADER *h);
void decode_ssid(JsonWriter *w, const char *name, const DOT11_SSID *s);

#endif
