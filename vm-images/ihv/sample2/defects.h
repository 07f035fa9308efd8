// SPDX-License-Identifier: GPL-2.0-or-later
/* What this DLL does wrong when its profile asks for it: a checker is worth what it finds. */
#ifndef SECOND_DEFECTS_H
#define SECOND_DEFECTS_H

#include <wchar.h>

typedef enum Defect {
    DEFECT_NONE,
    DEFECT_WRONG_SESSION,       /* completes with a session handle the OS never gave */
    DEFECT_COMPLETES_INSIDE,    /* completes while it is in PerformPostAssociate (open networks) */
    DEFECT_SPOILS_REQUEST,      /* writes into a UI request that is still pending */
    DEFECT_REUSES_REQUEST_ID,   /* gives every UI request the same GUID */
    DEFECT_FORGETS_TO_COMPLETE, /* the keys are in use, and nothing is said of it */
    DEFECT_BAD_M2_MIC,          /* sends M2 with a wrong MIC */
    DEFECT_OUTBOUND_GROUP_KEY,  /* sets the group key for sending only */
    DEFECT_COMPLETES_AFTER_STOP /* completes once StopPostAssociate is over */
} Defect;

/* The defect of that name; DEFECT_NONE for an unknown one. */
Defect defect_named(const wchar_t *name);

#endif
