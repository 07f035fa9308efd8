// SPDX-License-Identifier: GPL-2.0-or-later
/* The wrapped tables: handlers handed to the OS, framework functions handed to the vendor. */
#ifndef HIL_RECORDER_TABLES_H
#define HIL_RECORDER_TABLES_H

#include "wlanihv.h"

/* Keeps the table of the vendor (whose module is given) and puts wrappers in its place; NULL
 * members stay NULL. */
void handlers_wrap(DOT11EXT_IHV_HANDLERS *table, HMODULE vendor);

/* Keeps the OS's functions (its table is dead after InitService, so they are copied) and fills
 * `out` with wrappers; NULL members stay NULL. */
void framework_wrap(const DOT11EXT_APIS *table, DOT11EXT_APIS *out);
void framework_wrap_station(const DOT11EXT_VIRTUAL_STATION_APIS *table,
                            DOT11EXT_VIRTUAL_STATION_APIS *out);

#endif
