// SPDX-License-Identifier: GPL-2.0-or-later
/* The guest clock of all our records: QueryPerformanceCounter in nanoseconds. */
#ifndef HIL_CLOCK_H
#define HIL_CLOCK_H

#include <stdint.h>

/* Now, in ns of the performance counter; does not touch GetLastError. */
uint64_t clock_now_ns(void);

/* Counter ticks per second. */
uint64_t clock_frequency(void);

/* ticks * 1e9 / frequency without overflowing 64 bits (for up to 584 years). */
uint64_t clock_ticks_to_ns(uint64_t ticks, uint64_t frequency);

#endif
