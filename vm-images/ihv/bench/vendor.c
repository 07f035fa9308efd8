// SPDX-License-Identifier: GPL-2.0-or-later
/* benchvendor.dll: an IHV Extensions DLL that does nothing, so that what a call costs is the way
 * there and back.  For ihvbench.exe it calls the framework function it is told to. */
#include <string.h>

#include "bench.h"

static DOT11EXT_APIS apis;

#define EXPORT __declspec(dllexport)

EXPORT DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info);
EXPORT DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                           PDOT11EXT_IHV_HANDLERS handlers);
EXPORT void WINAPI bench_apis(DOT11EXT_APIS *out);

static DWORD WINAPI nothing(void)
{
    return ERROR_SUCCESS;
}

DWORD WINAPI Dot11ExtIhvGetVersionInfo(PDOT11_IHV_VERSION_INFO info)
{
    info->dwVerMin = info->dwVerMax = 0;
    return ERROR_SUCCESS;
}

DWORD WINAPI Dot11ExtIhvInitService(DWORD version, PDOT11EXT_APIS functions, LPVOID reserved,
                                    PDOT11EXT_IHV_HANDLERS handlers)
{
    DWORD(WINAPI *function)(void) = nothing;
    (void)version, (void)reserved;
    apis = *functions;
    for (size_t i = 0; i < HIL_HANDLER_COUNT; i++)
        memcpy((void **)handlers + i, &function, sizeof function);
    return ERROR_SUCCESS;
}

/* The table the DLL was given: with the recorder in between, the recorder's. */
void WINAPI bench_apis(DOT11EXT_APIS *out)
{
    *out = apis;
}
