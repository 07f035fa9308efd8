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
 *
 * No fault, since no rule is broken by it: sample.ini can give the DLL work to do before each M2
 * ([sample] m2_work=100: a loop of 100,000 turns), which is how one that became slower is had for
 * comparisons.
 */
#ifndef HIL_SAMPLE_FAULTS_H
#define HIL_SAMPLE_FAULTS_H

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

#endif
