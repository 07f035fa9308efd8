// SPDX-License-Identifier: GPL-2.0-or-later
/* Settings, keys and packets, as the framework's functions take them; all return Win32 errors. */
#ifndef SECOND_FRAMEWORK_H
#define SECOND_FRAMEWORK_H

#include "defects.h"
#include "supplicant.h"
#include "wlanihv.h"

/* What an association to come is to be like; of WPA2 this hears EAPOL, else no packet at all. */
DWORD framework_prepare(HANDLE service, bool open);

DWORD framework_pairwise_key(HANDLE service, const uint8_t peer[6], const uint8_t key[TK_LENGTH]);
DWORD framework_group_key(HANDLE service, const GroupKey *group, Defect defect);

/* Sends an EAPOL PDU; its memory is kept until framework_sent. */
DWORD framework_send(HANDLE service, const uint8_t peer[6], const uint8_t *pdu, size_t length);

/* SendPacketCompletion: false for a handle that is not awaited. */
bool framework_sent(HANDLE completion);

/* Forgets what was never completed; the service ends. */
void framework_close(void);

#endif
