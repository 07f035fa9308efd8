// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dynamic WEP: after 802.1X the access point hands out WEP keys in EAPOL-Key frames with an RC4
 * descriptor, which nobody answers (RFC 3580, 4). Belongs to the adapter's thread.
 */
#ifndef HIL_SAMPLE_WEP_EAP_H
#define HIL_SAMPLE_WEP_EAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "profile.h"

#define MPPE_SIZE 32 /* half an MSK */

typedef struct WepEap {
    bool wanted; /* by the profile */
    bool has_keys; /* of 802.1X: what follows */
    uint8_t encryption[MPPE_SIZE]; /* the first half of the MSK */
    uint8_t signature[MPPE_SIZE];  /* the second */
    uint64_t replay;               /* of the newest frame that was taken; 0 before */
    bool has_broadcast;
    bool has_unicast;
} WepEap;

/* A key that was handed out. */
typedef struct WepKey {
    uint8_t bytes[WEP_KEY_MAX];
    size_t size; /* 5 or 13 */
    uint8_t index;
    bool unicast;
} WepKey;

/* 802.1X has succeeded: frames are taken from now on. */
void wep_eap_begin(WepEap *wep, const uint8_t encryption[MPPE_SIZE],
                   const uint8_t signature[MPPE_SIZE]);

/* The key in an EAPOL frame; false for one that is malformed, not signed, or old. */
bool wep_eap_take(WepEap *wep, const uint8_t *frame, size_t size, WepKey *key);

/* No key of 802.1X is held any more. */
void wep_eap_end(WepEap *wep);

#endif
