// SPDX-License-Identifier: GPL-2.0-or-later
#include "eapol.h"

#include <string.h>

#define TYPE_KEY 3
#define DESCRIPTOR_RSN 2
#define DESCRIPTOR_WPA 254
#define VERSION_2004 2
#define AT_BODY_LENGTH 2
#define AT_DESCRIPTOR 4
#define AT_INFO 5
#define AT_REPLAY 9
#define AT_NONCE 17
#define AT_IV 49
#define AT_RSC 65
#define AT_MIC 81
#define AT_DATA_LENGTH 97

static uint16_t read_be16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static void write_be16(uint8_t *at, size_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
}

static uint8_t descriptor(KeySuite suite)
{
    return suite == SUITE_WPA ? DESCRIPTOR_WPA : DESCRIPTOR_RSN;
}

bool eapol_parse(KeySuite suite, const uint8_t *frame, size_t size, EapolKey *key)
{
    if (size < EAPOL_KEY_FIXED || size > EAPOL_MAX)
        return false;
    size_t frame_size = 4u + read_be16(frame + AT_BODY_LENGTH);
    key->key_data_size = read_be16(frame + AT_DATA_LENGTH);
    if (frame[1] != TYPE_KEY || frame[AT_DESCRIPTOR] != descriptor(suite) ||
        frame_size > size || EAPOL_KEY_FIXED + key->key_data_size > frame_size)
        return false;
    key->info = read_be16(frame + AT_INFO);
    key->replay = 0;
    for (int i = 0; i < 8; i++)
        key->replay = key->replay << 8 | frame[AT_REPLAY + i];
    key->nonce = frame + AT_NONCE;
    key->iv = frame + AT_IV;
    key->rsc = frame + AT_RSC;
    key->key_data = frame + EAPOL_KEY_FIXED;
    key->frame_size = frame_size;
    return (key->info & KEY_INFO_VERSION_MASK) == (uint16_t)suite;
}

bool eapol_mic_valid(KeySuite suite, const uint8_t *frame, const EapolKey *key,
                     const uint8_t kck[16])
{
    uint8_t copy[EAPOL_MAX];
    uint8_t mic[MIC_SIZE];
    memcpy(copy, frame, key->frame_size);
    memset(copy + AT_MIC, 0, MIC_SIZE);
    return crypto_mic(suite, kck, copy, key->frame_size, mic) &&
           crypto_equal(mic, frame + AT_MIC, MIC_SIZE);
}

size_t eapol_build(KeySuite suite, uint8_t out[EAPOL_MAX], uint16_t info, uint64_t replay,
                   const uint8_t *nonce, const uint8_t *key_data, size_t key_data_size,
                   const uint8_t kck[16])
{
    size_t size = EAPOL_KEY_FIXED + key_data_size;
    if (size > EAPOL_MAX)
        return 0;
    memset(out, 0, size);
    out[0] = VERSION_2004;
    out[1] = TYPE_KEY;
    write_be16(out + AT_BODY_LENGTH, size - 4);
    out[AT_DESCRIPTOR] = descriptor(suite);
    write_be16(out + AT_INFO, info | (size_t)suite);
    for (int i = 0; i < 8; i++)
        out[AT_REPLAY + i] = (uint8_t)(replay >> (56 - 8 * i));
    if (nonce != NULL)
        memcpy(out + AT_NONCE, nonce, NONCE_SIZE);
    write_be16(out + AT_DATA_LENGTH, key_data_size);
    if (key_data_size != 0)
        memcpy(out + EAPOL_KEY_FIXED, key_data, key_data_size);
    uint8_t mic[MIC_SIZE];
    if (!crypto_mic(suite, kck, out, size, mic))
        return 0;
    memcpy(out + AT_MIC, mic, MIC_SIZE);
    return size;
}
