// SPDX-License-Identifier: GPL-2.0-or-later
/* The framework functions as this DLL calls them: the OS's, with those of a fault over them. */
#ifndef HIL_SAMPLE_API_H
#define HIL_SAMPLE_API_H

#include "wlanihv.h"

extern DOT11EXT_APIS api; /* layer.c fills it in */

#endif
