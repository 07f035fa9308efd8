// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Requests to the user (Dot11ExtSendUIRequest).
 *
 * The OS reads a request's memory until it is answered, its adapter is reset or taken down, or the
 * user logs off; until then it is kept, and nothing is written to it.
 */
#ifndef SECOND_UI_REQUEST_H
#define SECOND_UI_REQUEST_H

#include "defects.h"
#include "wlanihv.h"

/* Asks for the passphrase of a network on behalf of a station; a Win32 error. */
DWORD ui_request_send(HANDLE station, HANDLE service, const DOT11_SSID *ssid, Defect defect);

BOOL ui_request_is_pending(const GUID *id);

/* Ends a request: the station it was asked for, NULL if there is no such request. */
HANDLE ui_request_end(const GUID *id);

/* Ends one request of a user's session likewise; NULL once there is none left. */
HANDLE ui_request_end_of_session(DWORD session);

/* Ends all requests of a station, or of all of them for NULL. */
void ui_requests_end(HANDLE station);

#endif
