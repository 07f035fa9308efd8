// SPDX-License-Identifier: GPL-2.0-or-later
#include "service.h"

DOT11EXT_APIS service_api;

static CRITICAL_SECTION lock;
static CONDITION_VARIABLE changed;

void service_open(const DOT11EXT_APIS *functions)
{
    service_api = *functions; /* the table ends with InitService */
    InitializeCriticalSection(&lock);
    InitializeConditionVariable(&changed);
}

void service_close(void)
{
    DeleteCriticalSection(&lock);
}

void service_lock(void)
{
    EnterCriticalSection(&lock);
}

void service_unlock(void)
{
    LeaveCriticalSection(&lock);
}

bool service_wait(DWORD limit_ms)
{
    return SleepConditionVariableCS(&changed, &lock, limit_ms) != FALSE;
}

void service_wake(void)
{
    WakeAllConditionVariable(&changed);
}
