// SPDX-License-Identifier: GPL-2.0-or-later
/* What was sent under which completion handle, to tell at the completion whether the vendor kept
 * the buffer as it was ("Dot11ExtSendPacket": it must not change until then). */
#ifndef HIL_RECORDER_PACKETS_H
#define HIL_RECORDER_PACKETS_H

#include <windows.h>

void packets_open(void);
void packets_close(void);

/* Before the send is passed on. */
void packets_sent(HANDLE completion, const void *packet, ULONG size);
/* The send was refused. */
void packets_refused(HANDLE completion);
/* "unchanged", "changed", "unreadable" or "unknown"; forgets the send. */
const char *packets_completed(HANDLE completion);

#endif
