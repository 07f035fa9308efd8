// SPDX-License-Identifier: GPL-2.0-or-later
/* What this DLL does beyond what it needs, if the profile asks for it, so that the rules on these
 * parts of the interface have something to look at: requests to the user, the driver's own
 * extension, notifications. */
#ifndef HIL_SAMPLE_EXTRAS_H
#define HIL_SAMPLE_EXTRAS_H

#include <stdbool.h>
#include <windows.h>

enum {
    EXTRA_ASKS_USER = 1,  /* <AsksUser/>: a request in each pre-association, left pending */
    EXTRA_PROBES_NIC = 2, /* <ProbesNic/>: NicSpecificExtension, whatever the answer */
    EXTRA_NOTIFIES = 4,   /* <Notifies/>: a notification of our own */
};

void extras_open(void);
void extras_close(void);
/* Flag of an element of that name, 0 if there is none. */
unsigned extras_find(const char *element);
/* On the adapter's thread, while pre-association is pending. */
void extras_run(HANDLE service, const GUID *adapter, unsigned wanted);
/* AdapterReset or DeinitAdapter: all requests of the adapter are cancelled. */
void extras_cancel(HANDLE service);
/* The user of a session logged off: likewise the user's. */
void extras_log_off(DWORD session);
bool extras_is_pending(const GUID *request);
/* The user has answered; false if there is no such request. */
bool extras_answer(const GUID *request);

#endif
