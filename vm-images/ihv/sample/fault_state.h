// SPDX-License-Identifier: GPL-2.0-or-later
/* What the functions of a fault (faults.h) work with. */
#ifndef HIL_SAMPLE_FAULT_STATE_H
#define HIL_SAMPLE_FAULT_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wlanihv.h"

extern DOT11EXT_APIS os;            /* the framework, as it was given */
extern DOT11EXT_APIS *os_table;     /* where it was given: dead after InitService */
extern DOT11EXT_IHV_HANDLERS good;  /* the good handlers */
extern DOT11EXT_VIRTUAL_STATION_APIS station; /* all NULL unless it was handed over */

/* What the OS has handed out last, and what a fault keeps; zero when a fault is chosen anew. */
typedef struct FaultState {
    HANDLE adapter; /* hIhvExtAdapter */
    HANDLE service; /* hDot11SvcHandle */
    HANDLE connect_session;
    HANDLE session; /* hSecuritySessionID */
    DOT11_MAC_ADDRESS peer;
    unsigned connections; /* PerformPreAssociate calls with this fault, this one included */
    unsigned count;       /* for the fault's own use; zero again at each PerformPreAssociate */
    bool done;            /* so is this */
    void *kept;           /* this one stays */
} FaultState;
extern FaultState state;

/* Runs an action on a thread of its own after some time; waits for the one before. */
void run_after(DWORD delay_ms, void (*action)(void));
/* Waits for that action to end.  The layer does so before the next connection and at the end. */
void wait_for_pending(void);
/* Runs it on another thread and waits: as the DLL's worker would, not inside the handler. */
void run_on_thread(void (*action)(void));

/* A reason of the block that belongs to MSM: not a DLL's to give with success. */
#define REASON_OF_MSM 0x38005u
/* A value of NTSTATUS, which is no code of winerror.h (STATUS_INVALID_PARAMETER). */
#define NTSTATUS_VALUE 0xc000000du

/* Long enough for the handler that started it to have returned, and for the record of that. */
#define AFTER_RETURN_MS 30u

#endif
