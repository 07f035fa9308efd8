// SPDX-License-Identifier: GPL-2.0-or-later
/* EAPOL-Key frames (IEEE 802.11-2020 12.7.2; IEEE 802.1X). */
#ifndef HIL_SAMPLE_EAPOL_H
#define HIL_SAMPLE_EAPOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto.h"

#define EAPOL_KEY_FIXED 99 /* 802.1X header 4, key descriptor 95; key data follows */
#define EAPOL_MAX 1024     /* longest frame we take or make */

/* Key Information bits. */
#define KEY_INFO_VERSION_MASK 0x0007u
#define KEY_INFO_PAIRWISE 0x0008u
#define KEY_INFO_INDEX 0x0030u /* of WPA's group messages */
#define KEY_INFO_INDEX_SHIFT 4
#define KEY_INFO_INSTALL 0x0040u
#define KEY_INFO_ACK 0x0080u
#define KEY_INFO_MIC 0x0100u
#define KEY_INFO_SECURE 0x0200u
#define KEY_INFO_ERROR 0x0400u
#define KEY_INFO_REQUEST 0x0800u
#define KEY_INFO_ENCRYPTED 0x1000u

typedef struct EapolKey {
    uint16_t info;
    uint64_t replay;
    const uint8_t *nonce; /* these point into the frame */
    const uint8_t *iv;
    const uint8_t *rsc;
    const uint8_t *key_data;
    size_t key_data_size;
    size_t frame_size; /* of the whole EAPOL frame, without padding behind it */
} EapolKey;

/* False unless it is a well-formed EAPOL-Key frame of the suite's descriptor type and version. */
bool eapol_parse(KeySuite suite, const uint8_t *frame, size_t size, EapolKey *key);

/* MIC over the frame with its MIC field taken as zero. */
bool eapol_mic_valid(KeySuite suite, const uint8_t *frame, const EapolKey *key,
                     const uint8_t kck[16]);

/* Builds a frame with its MIC; info is without the descriptor version, nonce may be NULL (zeros).
 * Returns its size, or 0 on failure. */
size_t eapol_build(KeySuite suite, uint8_t out[EAPOL_MAX], uint16_t info, uint64_t replay,
                   const uint8_t *nonce, const uint8_t *key_data, size_t key_data_size,
                   const uint8_t kck[16]);

#endif
