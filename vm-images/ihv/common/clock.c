// SPDX-License-Identifier: GPL-2.0-or-later
#include "clock.h"

#include <windows.h>

#define NS_PER_SECOND 1000000000ull

uint64_t clock_ticks_to_ns(uint64_t ticks, uint64_t frequency)
{
    /* The remainder is below the frequency (10 MHz, or a few GHz for a raw TSC), so the second
     * product stays below 2^63. */
    return ticks / frequency * NS_PER_SECOND + ticks % frequency * NS_PER_SECOND / frequency;
}

uint64_t clock_frequency(void)
{
    LARGE_INTEGER frequency;
    QueryPerformanceFrequency(&frequency);
    return (uint64_t)frequency.QuadPart;
}

uint64_t clock_now_ns(void)
{
    LARGE_INTEGER now;
    QueryPerformanceCounter(&now);
    return clock_ticks_to_ns((uint64_t)now.QuadPart, clock_frequency());
}
