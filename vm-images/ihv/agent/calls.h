// SPDX-License-Identifier: GPL-2.0-or-later
/* The calls agent.exe answers. */
#ifndef HIL_AGENT_CALLS_H
#define HIL_AGENT_CALLS_H

#include <stdbool.h>
#include <windows.h>

#include "json_reader.h"
#include "json_writer.h"

typedef struct Agent {
    HANDLE out;
    CRITICAL_SECTION out_lock;
    HANDLE wlan; /* client handle of wlanapi.dll; NULL until it could be opened */
    bool leaving;
    JsonDocument document; /* the call at hand */
} Agent;

/* Answers agent->document. */
void calls_dispatch(Agent *agent);
/* Answers something that is no call: an error with id null. */
void calls_reject(Agent *agent, const char *why);
/* Unregisters and closes the client handle. */
void calls_close(Agent *agent);

#endif
