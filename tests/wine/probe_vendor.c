// SPDX-License-Identifier: GPL-2.0-or-later
/* An IHV Extensions DLL that only observes what it is called with, and calls what it is told to. */
#include "probe.h"

#define EXPORT __declspec(dllexport)

static Probe shared;
static Probe *const probe = &shared;
static DOT11EXT_APIS apis;
static DOT11EXT_VIRTUAL_STATION_APIS station;

#define HANDLER(result, name, arguments) OBSERVER("Dot11ExtIhv", name)
DOT11EXT_IHV_HANDLER_LIST(HANDLER)

EXPORT Probe *WINAPI probe_of(void)
{
    return probe;
}

EXPORT void WINAPI probe_call(unsigned index, BOOL virtual_station)
{
    void *const *table = virtual_station ? (void *const *)&station : (void *const *)&apis;
    invoke((Function)table[index], probe);
}

EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = info->dwVerMax = 0;
    return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                           PDOT11EXT_IHV_HANDLERS handlers)
{
    (void)version, (void)reserved;
    if ((uintptr_t)functions == 8) /* a table that is none: the pointer came through as it was */
        return 8;
    apis = *functions;
    void **table = (void **)handlers;
#define TAKE(result, name, arguments) *table++ = (void *)see_##name;
    DOT11EXT_IHV_HANDLER_LIST(TAKE)
    return ERROR_SUCCESS;
}

EXPORT DWORD WINAPI Dot11ExtIhvInitVirtualStation(PDOT11EXT_VIRTUAL_STATION_APIS functions,
                                                  LPVOID reserved)
{
    (void)reserved;
    if ((uintptr_t)functions == 8)
        return 8;
    station = *functions;
    return ERROR_SUCCESS;
}
