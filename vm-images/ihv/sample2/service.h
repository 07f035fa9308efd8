// SPDX-License-Identifier: GPL-2.0-or-later
/* What the whole DLL has in common: the framework's functions, one lock, reasons. */
#ifndef SECOND_SERVICE_H
#define SECOND_SERVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "wlanihv.h"

/* The framework functions, copied in InitService. */
extern DOT11EXT_APIS service_api;

/* InitService and DeinitService. */
void service_open(const DOT11EXT_APIS *functions);
void service_close(void);

/* Guards all state of the DLL; never held while the framework or COM is called. */
void service_lock(void);
void service_unlock(void);

/* Waits, with service_lock held once, until service_wake or `limit_ms`; false after the latter. */
bool service_wait(DWORD limit_ms);
void service_wake(void);

/* Reasons of this DLL, from the block of l2cmn.h that belongs to IHVs. */
typedef enum Reason {
    REASON_NONE = L2_REASON_CODE_SUCCESS,
    REASON_FRAGMENT = L2_REASON_CODE_IHV_BASE + 0x100,
    REASON_STATE,
    REASON_NETWORK,
    REASON_REFUSED,
    REASON_CANCELLED,
    REASON_DECLINED,
    REASON_DOWNGRADE,
    REASON_INTERNAL,
} Reason;

#endif
