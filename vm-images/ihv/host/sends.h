// SPDX-License-Identifier: GPL-2.0-or-later
/* Which adapter each packet under way was sent for: its completion names only the DLL's handle. */
#ifndef HIL_SENDS_H
#define HIL_SENDS_H

#include "wlanihv.h"

void sends_open(void);
void sends_remember(HANDLE completion, HANDLE service);
/* hDot11SvcHandle a send was made with, or NULL; forgets the send. */
HANDLE sends_take(HANDLE completion);

#endif
