// SPDX-License-Identifier: GPL-2.0-or-later
/* EAPOL-Key frames of WPA2, read and written (IEEE 802.11-2020, 12.7.2). */
#ifndef SECOND_KEYFRAME_H
#define SECOND_KEYFRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    KEY_PAIRWISE = 0x0008,
    KEY_ACK = 0x0080,
    KEY_MIC = 0x0100,
    KEY_SECURE = 0x0200,
    KEY_ERROR = 0x0400,
    KEY_REQUEST = 0x0800,
    KEY_ENCRYPTED = 0x1000,
};
enum { AT_NONCE = 17, AT_RSC = 65, AT_MIC = 81, AT_DATA = 99 };

typedef struct KeyFrame {
    const uint8_t *pdu; /* from its version to the end of its key data */
    size_t length;
    unsigned info;
    uint64_t counter;
    const uint8_t *data;
    size_t data_length;
} KeyFrame;

/* False if it is no EAPOL-Key frame of descriptor 2 and HMAC-SHA1/AES, or one that is cut short. */
bool keyframe_read(const uint8_t *pdu, size_t length, KeyFrame *frame);

bool keyframe_mic_fits(const KeyFrame *frame, const uint8_t kck[16]);

/* Writes a frame with its MIC and returns its length, 0 if that failed; a NULL nonce is zero. */
size_t keyframe_write(uint8_t *out, unsigned info, uint64_t counter, const uint8_t *nonce,
                      const uint8_t *data, size_t data_length, const uint8_t kck[16]);

#endif
