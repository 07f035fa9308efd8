// SPDX-License-Identifier: GPL-2.0-or-later
#include "fault_state.h"

DOT11EXT_APIS os;
DOT11EXT_APIS *os_table;
DOT11EXT_IHV_HANDLERS good;
DOT11EXT_VIRTUAL_STATION_APIS station;
FaultState state;

static HANDLE thread;
static DWORD thread_delay_ms;
static void (*thread_action)(void);

static DWORD WINAPI thread_main(LPVOID context)
{
    (void)context;
    Sleep(thread_delay_ms);
    thread_action();
    return 0;
}

void run_after(DWORD delay_ms, void (*action)(void))
{
    wait_for_pending();
    thread_delay_ms = delay_ms;
    thread_action = action;
    thread = CreateThread(NULL, 0, thread_main, NULL, 0, NULL);
}

void wait_for_pending(void)
{
    HANDLE running = InterlockedExchangePointer(&thread, NULL);
    if (running == NULL)
        return;
    WaitForSingleObject(running, INFINITE);
    CloseHandle(running);
}

void run_on_thread(void (*action)(void))
{
    run_after(0, action);
    wait_for_pending();
}
