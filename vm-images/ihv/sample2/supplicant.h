// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The station's side of the 4-way and the group key handshake (IEEE 802.11-2020, 12.7.6, 12.7.7).
 *
 * It knows no framework function and no thread: it is given an EAPOL frame and says what is to be
 * sent and which keys are to be set.  What does not fit is passed over, as the standard has it.
 */
#ifndef SECOND_SUPPLICANT_H
#define SECOND_SUPPLICANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "primitives.h"

enum { ELEMENT_MAX = 257, REPLY_MAX = 99 + ELEMENT_MAX };

/* An information element with its identifier and length; empty if `length` is 0. */
typedef struct Element {
    size_t length;
    uint8_t bytes[ELEMENT_MAX];
} Element;

typedef struct GroupKey {
    uint8_t index;
    uint8_t key[16];
    uint8_t counter[6]; /* of the packets received so far, least significant byte first */
} GroupKey;

typedef struct Supplicant {
    uint8_t ap[6];
    uint8_t station[6];
    Element own;      /* RSNE of the association request */
    Element promised; /* RSNE of the beacon */
    bool has_pmk, has_nonces, has_ptk, has_counter, has_group;
    uint8_t pmk[PMK_LENGTH];
    uint8_t anonce[NONCE_LENGTH];
    uint8_t snonce[NONCE_LENGTH];
    uint8_t candidate[PTK_LENGTH]; /* of the nonces, not confirmed by M3 yet */
    uint8_t ptk[PTK_LENGTH];       /* in use */
    uint64_t counter;              /* replay counter of the last frame with a right MIC */
    GroupKey group;
} Supplicant;

typedef enum Answer {
    ANSWER_NOTHING,
    ANSWER_M2,
    ANSWER_M4,  /* then set the keys: M4 itself goes under the old ones, or none */
    ANSWER_G2,
    ANSWER_DOWNGRADE, /* M3 promises other security than the beacon did */
    ANSWER_BROKEN,    /* Windows' cryptography failed */
} Answer;

typedef struct Reply {
    Answer answer;
    bool set_pairwise, set_group;
    uint8_t temporal[TK_LENGTH];
    GroupKey group;
    size_t length;
    uint8_t frame[REPLY_MAX];
} Reply;

/* An EAPOL PDU from the access point; `reply` is always written. */
void supplicant_take(Supplicant *supplicant, const uint8_t *pdu, size_t length, Reply *reply);

/* The first element of that identifier; false if there is none. Bounds are checked. */
bool element_find(const uint8_t *elements, size_t length, uint8_t identifier, Element *found);

#endif
