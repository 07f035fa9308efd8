// SPDX-License-Identifier: GPL-2.0-or-later
/* The vendor's DLL behind the recorder, as recorder.ini names it. */
#ifndef HIL_RECORDER_VENDOR_H
#define HIL_RECORDER_VENDOR_H

#include <stdbool.h>

#include "wlanihv.h"

#define VENDOR_MAX_PATH 1024

typedef struct Settings {
    WCHAR vendor[VENDOR_MAX_PATH];
    WCHAR trace[VENDOR_MAX_PATH];
    bool poison; /* make the vendor's API table inaccessible after InitService (default) */
} Settings;

typedef struct Vendor {
    HMODULE module;
    DWORD error; /* of LoadLibrary; 0 */
    DOT11EXTIHV_GET_VERSION_INFO get_version;
    DOT11EXTIHV_INIT_SERVICE init_service;
    DOT11EXTIHV_INIT_VIRTUAL_STATION init_virtual_station;
} Vendor;

/* [recorder] vendor=, trace=, poison= of recorder.ini beside the recorder. */
void vendor_read_settings(HMODULE recorder, Settings *settings);

void vendor_load(Vendor *vendor, const WCHAR *path);

#endif
