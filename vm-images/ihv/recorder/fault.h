// SPDX-License-Identifier: GPL-2.0-or-later
/* The record of a crash. */
#ifndef HIL_RECORDER_FAULT_H
#define HIL_RECORDER_FAULT_H

/* From now on an exception that nobody handles is recorded before it is passed on. First-chance
 * exceptions are not: code that probes memory and recovers is no crash. */
void fault_open(void);
void fault_close(void);

#endif
