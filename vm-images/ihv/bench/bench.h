// SPDX-License-Identifier: GPL-2.0-or-later
/* What ihvbench.exe and its DLL share. */
#ifndef HIL_BENCH_H
#define HIL_BENCH_H

#include "wlanihv.h"

typedef void(WINAPI *BenchApis)(DOT11EXT_APIS *out);

#endif
