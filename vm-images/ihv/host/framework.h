// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The framework functions of the table that InitService is handed, by family: framework.c,
 * framework_keys.c (algorithms and keys) and framework_onex.c (802.1X).
 */
#ifndef HIL_FRAMEWORK_H
#define HIL_FRAMEWORK_H

#include "wlanihv.h"

#define HIL_DECLARE(result, name, arguments) result WINAPI api_##name arguments;
DOT11EXT_API_LIST(HIL_DECLARE)
DOT11EXT_VIRTUAL_STATION_API_LIST(HIL_DECLARE)
#undef HIL_DECLARE

void framework_fill(DOT11EXT_APIS *apis, DOT11EXT_VIRTUAL_STATION_APIS *virtual_station);

#endif
