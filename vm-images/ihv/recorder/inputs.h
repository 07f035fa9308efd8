// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Whether the buffers of a PerformPreAssociate are still there when it is completed.  Only where
 * they are gone does a vendor that keeps on using them show itself, by its crash.
 */
#ifndef HIL_RECORDER_INPUTS_H
#define HIL_RECORDER_INPUTS_H

#include <windows.h>

/* A pre-association begins; `buffer` is one of those it was given. */
void inputs_given(HANDLE session, const void *buffer);

/* "gone", "readable", or "unknown" for a session not seen. */
const char *inputs_now(HANDLE session);

#endif
