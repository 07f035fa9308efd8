// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests to the user that are pending: their memory must live until they are answered or
 * cancelled ("Dot11ExtSendUIRequest").  What it held when the request was sent is looked at again
 * when the OS ends the request.
 */
#ifndef HIL_RECORDER_REQUESTS_H
#define HIL_RECORDER_REQUESTS_H

#include "json_writer.h"
#include "wlanihv.h"

void requests_open(void);
void requests_close(void);

/* An adapter of the vendor's (its handle) is the service's adapter `service`. */
void requests_adapter(HANDLE adapter, HANDLE service);

/* Before the request is passed on, and if it was refused. */
void requests_sent(HANDLE service, const DOT11EXT_IHV_UI_REQUEST *request);
void requests_refused(const DOT11EXT_IHV_UI_REQUEST *request);

/* "unchanged", "changed", "unreadable" or "unknown". */
const char *requests_memory(const GUID *request);
/* The answer was taken. */
void requests_answered(const GUID *request);

/* "requests":[{"guidUIRequest":...,"memory":...}] of an adapter's requests, or a user's, which end
 * now; nothing if there are none. */
void requests_end_of_adapter(JsonWriter *w, HANDLE adapter);
void requests_end_of_session(JsonWriter *w, DWORD session);

#endif
