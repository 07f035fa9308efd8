// SPDX-License-Identifier: GPL-2.0-or-later
#include "keyframe.h"

#include <string.h>

#include "primitives.h"

enum {
    VERSION = 1, /* of EAPOL; what a station says here is of no consequence */
    TYPE_KEY = 3,
    DESCRIPTOR_RSN = 2,
    VERSION_HMAC_SHA1 = 2,
    VERSION_MASK = 7,
    AT_TYPE = 1,
    AT_BODY_LENGTH = 2,
    AT_BODY = 4,
    AT_INFO = 5,
    AT_COUNTER = 9,
    AT_DATA_LENGTH = 97,
    FRAME_MAX = 2304, /* of an 802.11 frame's payload, 9.2.4.7 */
};

static unsigned read16(const uint8_t *at)
{
    return (unsigned)at[0] << 8 | at[1];
}

static void write16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

bool keyframe_read(const uint8_t *pdu, size_t length, KeyFrame *frame)
{
    if (length < AT_DATA || pdu[AT_TYPE] != TYPE_KEY || pdu[AT_BODY] != DESCRIPTOR_RSN)
        return false;
    size_t whole = AT_BODY + read16(pdu + AT_BODY_LENGTH);
    frame->pdu = pdu;
    frame->info = read16(pdu + AT_INFO);
    frame->data = pdu + AT_DATA;
    frame->data_length = read16(pdu + AT_DATA_LENGTH);
    frame->length = AT_DATA + frame->data_length;
    frame->counter = 0;
    for (int i = 0; i < 8; i++)
        frame->counter = frame->counter << 8 | pdu[AT_COUNTER + i];
    return frame->length <= whole && whole <= length &&
           (frame->info & VERSION_MASK) == VERSION_HMAC_SHA1;
}

bool keyframe_mic_fits(const KeyFrame *frame, const uint8_t kck[16])
{
    uint8_t copy[FRAME_MAX], mic[MIC_LENGTH], differs = 0;
    if (frame->length > sizeof copy)
        return false;
    memcpy(copy, frame->pdu, frame->length);
    memset(copy + AT_MIC, 0, MIC_LENGTH);
    if (!primitives_mic(kck, copy, frame->length, mic))
        return false;
    for (int i = 0; i < MIC_LENGTH; i++)
        differs |= mic[i] ^ frame->pdu[AT_MIC + i];
    return differs == 0;
}

size_t keyframe_write(uint8_t *out, unsigned info, uint64_t counter, const uint8_t *nonce,
                      const uint8_t *data, size_t data_length, const uint8_t kck[16])
{
    uint8_t mic[MIC_LENGTH];
    size_t length = AT_DATA + data_length;
    memset(out, 0, AT_DATA);
    out[0] = VERSION;
    out[AT_TYPE] = TYPE_KEY;
    write16(out + AT_BODY_LENGTH, length - AT_BODY);
    out[AT_BODY] = DESCRIPTOR_RSN;
    write16(out + AT_INFO, info | VERSION_HMAC_SHA1);
    for (int i = 0; i < 8; i++)
        out[AT_COUNTER + i] = (uint8_t)(counter >> (8 * (7 - i)));
    if (nonce != NULL)
        memcpy(out + AT_NONCE, nonce, NONCE_LENGTH);
    write16(out + AT_DATA_LENGTH, data_length);
    if (data_length > 0)
        memcpy(out + AT_DATA, data, data_length);
    if (!primitives_mic(kck, out, length, mic))
        return 0;
    memcpy(out + AT_MIC, mic, MIC_LENGTH);
    return length;
}
