// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ihvhost.exe: the role of Windows' "Native 802.11 IHV Extensibility Host" on the reference guest.
 *
 * It loads the IHV Extensions DLL named in the registry and carries calls both ways between the
 * DLL and the WLAN service (its parent) as JSON lines on stdin and stdout.  Handlers of one
 * adapter run one at a time, in order, on that adapter's thread: the documents promise packets
 * in order and say nothing of overlapping handlers (Native 802.11 IHV Extensions, "Receive
 * Operations").  With --wait it does nothing of that until it is sent a line end.
 */
#ifndef HIL_HOST_H
#define HIL_HOST_H

#include "wlanihv.h"

#include "json_reader.h"
#include "json_writer.h"
#include "rpc.h"

#define HOST_MAX_LINE (1u << 20)

typedef enum ExitCode {
    EXIT_CODE_OK = 0,
    EXIT_CODE_USAGE = 2,
    EXIT_CODE_LOAD = 10,    /* file missing, or not a DLL for this architecture */
    EXIT_CODE_EXPORTS = 11, /* a required export is missing */
    EXIT_CODE_VERSION = 12, /* interface version 0 is not offered */
    EXIT_CODE_INIT = 13,    /* InitService failed or left handlers NULL */
} ExitCode;

typedef struct Host {
    HANDLE in; /* the pipes to the service; standard input and output lead nowhere */
    HANDLE out;
    CRITICAL_SECTION out_lock;
    Rpc rpc; /* framework functions: calls to the service */
    HMODULE dll;
    volatile bool running; /* InitService succeeded: handlers may be called */
    DOT11EXT_IHV_HANDLERS handlers;
} Host;

extern Host host;

/* One call of the service that a worker runs. */
typedef struct Call {
    const JsonDocument *document;
    int args;
    HANDLE adapter;   /* ihv_handle of the worker's adapter; init_adapter sets it */
    HANDLE service;   /* hDot11SvcHandle, likewise */
    bool end_worker;  /* set by deinit_adapter */
    JsonWriter reply; /* inside "result":{ */
} Call;

/* pipes.c: takes the standard handles for its own, out of the DLL's reach. */
bool host_take_pipes(void);
/* Sends an event or reply line. */
bool host_send(JsonWriter *text);
void host_send_error(const uint64_t *id, DWORD code, const char *message);

/* service.c: loads the DLL up to a working handler table and sends the service event. */
ExitCode service_start(void);
/* The adapter's AdapterOUI, which its driver's INF sets beside the DLL's path; false without one. */
bool service_adapter_oui(DWORD *oui);
/* Runs DeinitService and unloads. */
void service_stop(void);

/* handlers.c: runs the named handler. ERROR_INVALID_FUNCTION: no such call,
 * ERROR_INVALID_PARAMETER: its arguments are malformed. */
DWORD handlers_run(const char *name, Call *call);

#endif
