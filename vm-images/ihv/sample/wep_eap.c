// SPDX-License-Identifier: GPL-2.0-or-later
#include "wep_eap.h"

#include <string.h>
#include <windows.h>

#include "crypto.h"

#define TYPE_KEY 3
#define DESCRIPTOR_RC4 1
#define AT_BODY_LENGTH 2
#define AT_DESCRIPTOR 4
#define AT_KEY_LENGTH 5
#define AT_REPLAY 7
#define AT_IV 15
#define AT_INDEX 31
#define AT_SIGNATURE 32
#define AT_KEY 48 /* IEEE 802.1X-2001 7.6; the EAPOL header is before it */
#define INDEX_UNICAST 0x80u
#define INDEX_MAX 3
#define WEP40_SIZE 5

void wep_eap_begin(WepEap *wep, const uint8_t encryption[MPPE_SIZE],
                   const uint8_t signature[MPPE_SIZE])
{
    memcpy(wep->encryption, encryption, MPPE_SIZE);
    memcpy(wep->signature, signature, MPPE_SIZE);
    wep->has_keys = true;
    wep->has_broadcast = wep->has_unicast = false;
}

static bool is_signed(const WepEap *wep, const uint8_t *frame)
{
    uint8_t copy[AT_KEY + WEP_KEY_MAX];
    uint8_t signature[MIC_SIZE];
    size_t size = 4u + (size_t)(frame[AT_BODY_LENGTH] << 8 | frame[AT_BODY_LENGTH + 1]);
    memcpy(copy, frame, size);
    memset(copy + AT_SIGNATURE, 0, MIC_SIZE);
    return crypto_hmac_md5(wep->signature, MPPE_SIZE, copy, size, signature) &&
           crypto_equal(signature, frame + AT_SIGNATURE, MIC_SIZE);
}

/* Without key data the key is the first bytes of MS-MPPE-Recv-Key itself (RFC 3580, 4). */
static void decrypt(const WepEap *wep, const uint8_t *frame, bool enclosed, WepKey *key)
{
    if (enclosed)
        crypto_rc4(frame + AT_IV, wep->encryption, frame + AT_KEY, key->size, key->bytes);
    else
        memcpy(key->bytes, wep->encryption, key->size);
}

bool wep_eap_take(WepEap *wep, const uint8_t *frame, size_t size, WepKey *key)
{
    if (!wep->has_keys || size < AT_KEY || frame[1] != TYPE_KEY ||
        frame[AT_DESCRIPTOR] != DESCRIPTOR_RC4)
        return false;
    size_t frame_size = 4u + (size_t)(frame[AT_BODY_LENGTH] << 8 | frame[AT_BODY_LENGTH + 1]);
    memset(key, 0, sizeof *key);
    key->size = (size_t)(frame[AT_KEY_LENGTH] << 8 | frame[AT_KEY_LENGTH + 1]);
    key->unicast = (frame[AT_INDEX] & INDEX_UNICAST) != 0;
    key->index = frame[AT_INDEX] & (uint8_t)~INDEX_UNICAST;
    bool enclosed = frame_size != AT_KEY;
    if ((key->size != WEP40_SIZE && key->size != WEP_KEY_MAX) || key->index > INDEX_MAX ||
        frame_size > size || (enclosed && frame_size != AT_KEY + key->size))
        return false;
    uint64_t replay = 0;
    for (int i = 0; i < 8; i++)
        replay = replay << 8 | frame[AT_REPLAY + i];
    if (replay <= wep->replay || !is_signed(wep, frame))
        return false;
    wep->replay = replay;
    decrypt(wep, frame, enclosed, key);
    if (key->unicast)
        wep->has_unicast = true;
    else
        wep->has_broadcast = true;
    return true;
}

void wep_eap_end(WepEap *wep)
{
    bool wanted = wep->wanted;
    SecureZeroMemory(wep, sizeof *wep);
    wep->wanted = wanted;
}
