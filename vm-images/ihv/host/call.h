// SPDX-License-Identifier: GPL-2.0-or-later
/* One framework function's call to the service: begun, given its arguments, answered. */
#ifndef HIL_CALL_H
#define HIL_CALL_H

#include "wlanihv.h"

#include "json_writer.h"

/* Begins the call of this documented name; what is written to `text` next are its arguments. */
uint64_t call_begin(JsonWriter *text, const char *name, HANDLE service);
/* Arguments that may be absent: null then. */
void call_text(JsonWriter *text, const char *name, const WCHAR *value);
void call_bytes(JsonWriter *text, const char *name, const void *data, size_t size);
/* Sends it and waits for the answer: its status, or why there is none. */
DWORD call_finish(JsonWriter *text, uint64_t id);
/* The same where the answer carries "data", which is returned in memory of AllocateBuffer. */
DWORD call_finish_with_data(JsonWriter *text, uint64_t id, DWORD *size, LPVOID *data);

#endif
