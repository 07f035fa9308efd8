// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * One adapter, and what it is at.
 *
 * The DLL has no thread of its own.  Handlers do their work on the OS's thread; a completion that
 * must not come from its handler is called by a work item of the process's thread pool, and that of
 * WPA2 by ReceivePacket, when M3 is there.  `phase` says who may complete: it moves under the lock
 * of service.h, once.
 */
#ifndef SECOND_STATION_H
#define SECOND_STATION_H

#include "fragment.h"
#include "service.h"
#include "supplicant.h"

typedef enum Phase {
    PHASE_IDLE,
    PHASE_PRE,   /* PerformPreAssociate has begun, nothing is completed */
    PHASE_READY, /* pre-association is done; there is no port */
    PHASE_POST,  /* PerformPostAssociate has begun, nothing is completed */
    PHASE_OPEN,  /* completed */
    PHASE_GONE,
} Phase;

typedef struct Station {
    struct Station *next;
    HANDLE handle; /* what the OS knows it by: a number */
    HANDLE service;
    uint8_t address[6];
    PTP_WORK work;
    unsigned users; /* handlers at work on it */
    Phase phase;
    HANDLE connect_session;
    HANDLE security_session;
    DOT11_SSID ssid;
    Settings settings;
    bool asked; /* the user, since the last reset */
    Supplicant supplicant;
} Station;

/* A station of that handle, kept alive until station_release; NULL if there is none. */
Station *station_acquire(HANDLE handle);
void station_release(Station *station);

DWORD station_create(const DOT11_ADAPTER *adapter, HANDLE service, HANDLE *handle);
void station_destroy(Station *station);

/* Ends what it is at and returns the phase it was in; then no work item nor other handler is at it
 * any more. Acquired by the caller. */
Phase station_end_operation(Station *station, Phase to);

/* Completes the post-association of that session, if nobody has and it has not been stopped. */
void station_complete(Station *station, HANDLE session, Reason reason, DWORD error);

/* The user has answered, or never will (NULL). */
void station_answered(Station *station, const void *answer, size_t length);

/* An EAPOL packet of the access point; the handshake runs on this stack. */
void station_receive(Station *station, const uint8_t peer[6], const uint8_t *pdu, size_t length);

#endif
