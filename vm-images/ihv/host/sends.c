// SPDX-License-Identifier: GPL-2.0-or-later
#include "sends.h"

#include <stdbool.h>

#define MAX_SENDS 256

typedef struct Send {
    HANDLE completion;
    HANDLE service;
    bool used;
} Send;

static CRITICAL_SECTION sends_lock;
static Send sends[MAX_SENDS];

void sends_open(void)
{
    InitializeCriticalSection(&sends_lock);
}

void sends_remember(HANDLE completion, HANDLE service)
{
    EnterCriticalSection(&sends_lock);
    for (size_t i = 0; i < MAX_SENDS; i++) {
        if (!sends[i].used) {
            sends[i] = (Send){completion, service, true};
            break;
        }
    }
    LeaveCriticalSection(&sends_lock);
}

HANDLE sends_take(HANDLE completion)
{
    HANDLE service = NULL;
    EnterCriticalSection(&sends_lock);
    for (size_t i = 0; i < MAX_SENDS && service == NULL; i++) {
        if (sends[i].used && sends[i].completion == completion) {
            service = sends[i].service;
            sends[i].used = false;
        }
    }
    LeaveCriticalSection(&sends_lock);
    return service;
}
