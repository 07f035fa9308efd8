// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * 802.1X through the OS: the DLL asks for it with StartOneX, hands on what is no EAPOL-Key, and
 * takes the PMK from the result ("Interface to the Native 802.11 802.1X Module").
 *
 * All but enterprise_take_result belongs to the adapter's thread.
 */
#ifndef HIL_SAMPLE_ENTERPRISE_H
#define HIL_SAMPLE_ENTERPRISE_H

#include "eapol.h"
#include "wlanihv.h"

#define ENTERPRISE_CACHED 2 /* EAPOL-Key frames that overtake the result: as many as Microsoft's */
#define ENTERPRISE_SEALED 1024

typedef struct CachedFrame {
    uint8_t data[EAPOL_MAX];
    size_t size;
} CachedFrame;

typedef struct Enterprise {
    bool wanted;  /* by the profile */
    bool running; /* from StartOneX to the result */
    bool renewed; /* authenticated again: keys and a completion are to follow */
    CachedFrame cached[ENTERPRISE_CACHED];
    size_t cached_count;
} Enterprise;

/* A key as the OS hands it over: encrypted. */
typedef struct SealedKey {
    size_t size; /* 0 without one */
    uint8_t data[ENTERPRISE_SEALED];
} SealedKey;

/* What OneXIndicateResult told, with the halves of the MSK still encrypted. */
typedef struct OneXResult {
    DOT11_MSONEX_RESULT result;
    DWORD status; /* ONEX_AUTH_STATUS */
    SealedKey first;
    SealedKey second; /* of use to dynamic WEP alone */
} OneXResult;

struct Adapter;

/* Copies what the handler is given; false if it cannot be held. */
bool enterprise_take_result(OneXResult *out, DOT11_MSONEX_RESULT result,
                            const DOT11_MSONEX_RESULT_PARAMS *params);

/* PerformPostAssociate: asks for 802.1X. */
void enterprise_begin(struct Adapter *adapter);
/* An EAPOL frame; false if it is for the handshake. */
bool enterprise_receive(struct Adapter *adapter, const uint8_t *frame, size_t size);
void enterprise_result(struct Adapter *adapter, const OneXResult *result);
/* The port goes: stops what is running, forgets the rest. */
void enterprise_end(struct Adapter *adapter);

#endif
