// SPDX-License-Identifier: GPL-2.0-or-later
#include "vendor.h"

#include <string.h>

#define INI_NAME L"recorder.ini"
#define SECTION L"recorder"

void vendor_read_settings(HMODULE recorder, Settings *settings)
{
    WCHAR ini[VENDOR_MAX_PATH];
    DWORD size = GetModuleFileNameW(recorder, ini, VENDOR_MAX_PATH);
    WCHAR *slash = size < VENDOR_MAX_PATH ? wcsrchr(ini, L'\\') : NULL;
    memset(settings, 0, sizeof *settings);
    if (slash == NULL || slash + 1 + wcslen(INI_NAME) >= ini + VENDOR_MAX_PATH)
        return;
    wcscpy(slash + 1, INI_NAME);
    GetPrivateProfileStringW(SECTION, L"vendor", L"", settings->vendor, VENDOR_MAX_PATH, ini);
    GetPrivateProfileStringW(SECTION, L"trace", L"", settings->trace, VENDOR_MAX_PATH, ini);
    settings->poison = GetPrivateProfileIntW(SECTION, L"poison", 1, ini) != 0;
}

static void resolve(HMODULE module, const char *name, void *function)
{
    FARPROC found = GetProcAddress(module, name);
    memcpy(function, &found, sizeof found);
}

void vendor_load(Vendor *vendor, const WCHAR *path)
{
    memset(vendor, 0, sizeof *vendor);
    vendor->module = LoadLibraryExW(path, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (vendor->module == NULL) {
        vendor->error = GetLastError();
        return;
    }
    resolve(vendor->module, IHV_VERSION_FUNCTION_NAME, &vendor->get_version);
    resolve(vendor->module, IHV_INIT_FUNCTION_NAME, &vendor->init_service);
    resolve(vendor->module, IHV_INIT_VS_FUNCTION_NAME, &vendor->init_virtual_station);
}
