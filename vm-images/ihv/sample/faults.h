// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * How this DLL is made to misbehave: in a layer of its own.
 *
 * A fault is a set of functions put in place of good ones, on the way in (handlers the OS calls)
 * and on the way out (framework functions the DLL calls).  The good DLL knows nothing of them: it
 * calls `api`, and the OS calls the functions of layer.c, which go to the fault's function where
 * it has one.  A fault's function may do the good thing too, by `good` and `os`.
 *
 * A fault is chosen
 *   - for one connection by <Fault> in the security fragment: from its PerformPreAssociate (or
 *     any handler before it that is given the profile) to the next one's, so that what comes after
 *     a reset is its too;
 *   - for the life of the service by sample.ini beside the DLL ([sample] fault=name).
 * What is wrong with the exports themselves is built: sample_*.def.
 */
#ifndef HIL_SAMPLE_FAULTS_H
#define HIL_SAMPLE_FAULTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wlanihv.h"

typedef struct Fault {
    const char *name;
    /* Instead of the good ones; NULL leaves those. */
    DOT11EXTIHV_GET_VERSION_INFO get_version; /* these two: from sample.ini only */
    DOT11EXTIHV_INIT_SERVICE init_service;
    DOT11EXT_IHV_HANDLERS handlers;
    DOT11EXT_APIS api;
} Fault;

/* The families: arrays that end with a nameless fault. */
extern const Fault FAULTS_SERVICE[], FAULTS_ADAPTER[], FAULTS_PRE[], FAULTS_PACKETS[],
    FAULTS_POST[], FAULTS_END[], FAULTS_KEYS[], FAULTS_OTHER[], FAULTS_HOST[],
    FAULTS_ONEX[];

/* The fault of that name, or NULL. */
const Fault *faults_find(const char *name);

/* ---- what the functions of a fault work with ---- */

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
