// SPDX-License-Identifier: GPL-2.0-or-later
#include "supplicant.h"

#include <string.h>
#include <windows.h>

#include "keyframe.h"

enum { ELEMENT_RSN = 48, ELEMENT_VENDOR = 0xdd, KEY_DATA_MAX = 2048 };

#define KCK(ptk) (ptk)
#define KEK(ptk) ((ptk) + 16)
#define TK(ptk) ((ptk) + 32)

/* GTK KDE: 00-0F-AC, type 1; then key identifier, reserved byte and key (12.7.2, figure 12-35). */
static const uint8_t GTK_KDE[4] = {0x00, 0x0f, 0xac, 0x01};
enum { GTK_KDE_LENGTH = 4 + 2 + 16 };

bool element_find(const uint8_t *elements, size_t length, uint8_t identifier, Element *found)
{
    for (size_t at = 0; length - at >= 2; at += 2 + (size_t)elements[at + 1]) {
        size_t size = 2 + (size_t)elements[at + 1];
        if (size > length - at)
            break;
        if (elements[at] == identifier) {
            found->length = size;
            memcpy(found->bytes, elements + at, size);
            return true;
        }
    }
    found->length = 0;
    return false;
}

static bool find_group_key(const uint8_t *data, size_t length, GroupKey *group)
{
    for (size_t at = 0; length - at >= 2; at += 2 + (size_t)data[at + 1]) {
        size_t size = 2 + (size_t)data[at + 1];
        if (size > length - at)
            return false;
        if (data[at] == ELEMENT_VENDOR && size == 2 + GTK_KDE_LENGTH &&
            memcmp(data + at + 2, GTK_KDE, sizeof GTK_KDE) == 0) {
            group->index = data[at + 6] & 3;
            memcpy(group->key, data + at + 8, sizeof group->key);
            return true;
        }
    }
    return false;
}

static void answer(Reply *reply, Answer which, size_t length)
{
    reply->answer = length > 0 ? which : ANSWER_BROKEN;
    reply->length = length;
}

/* M1.  One that comes again has the same ANonce, and is answered under the same SNonce. */
static void take_m1(Supplicant *s, const KeyFrame *frame, Reply *reply)
{
    const uint8_t *anonce = frame->pdu + AT_NONCE;
    if (!s->has_nonces || memcmp(s->anonce, anonce, NONCE_LENGTH) != 0) {
        memcpy(s->anonce, anonce, NONCE_LENGTH);
        s->has_nonces = primitives_random(s->snonce, NONCE_LENGTH) &&
                        primitives_ptk(s->pmk, s->ap, s->station, s->anonce, s->snonce,
                                       s->candidate);
        if (!s->has_nonces) {
            reply->answer = ANSWER_BROKEN;
            return;
        }
    }
    answer(reply, ANSWER_M2,
           keyframe_write(reply->frame, KEY_PAIRWISE | KEY_MIC, frame->counter, s->snonce,
                          s->own.bytes, s->own.length, KCK(s->candidate)));
}

/* The group key of decrypted key data; the same one again is not to be set a second time. */
static bool take_group(Supplicant *s, const KeyFrame *frame, const uint8_t *data, size_t length,
                       Reply *reply)
{
    GroupKey group;
    if (!find_group_key(data, length, &group))
        return false;
    memcpy(group.counter, frame->pdu + AT_RSC, sizeof group.counter);
    reply->set_group = !s->has_group || s->group.index != group.index ||
                       memcmp(s->group.key, group.key, sizeof group.key) != 0;
    reply->group = s->group = group;
    s->has_group = true;
    SecureZeroMemory(&group, sizeof group);
    return true;
}

static void take_m3(Supplicant *s, const KeyFrame *frame, const uint8_t *data, size_t length,
                    Reply *reply)
{
    Element promised;
    if (!element_find(data, length, ELEMENT_RSN, &promised) ||
        promised.length != s->promised.length ||
        memcmp(promised.bytes, s->promised.bytes, promised.length) != 0) {
        reply->answer = ANSWER_DOWNGRADE;
        return;
    }
    if (!take_group(s, frame, data, length, reply))
        return;
    reply->set_pairwise = !s->has_ptk || memcmp(s->ptk, s->candidate, PTK_LENGTH) != 0;
    memcpy(s->ptk, s->candidate, PTK_LENGTH);
    s->has_ptk = true;
    memcpy(reply->temporal, TK(s->ptk), TK_LENGTH);
    answer(reply, ANSWER_M4,
           keyframe_write(reply->frame, KEY_PAIRWISE | KEY_MIC | KEY_SECURE, frame->counter, NULL,
                          NULL, 0, KCK(s->ptk)));
}

static void take_g1(Supplicant *s, const KeyFrame *frame, const uint8_t *data, size_t length,
                    Reply *reply)
{
    if (take_group(s, frame, data, length, reply))
        answer(reply, ANSWER_G2,
               keyframe_write(reply->frame, KEY_MIC | KEY_SECURE, frame->counter, NULL, NULL, 0,
                              KCK(s->ptk)));
}

/* A frame with a MIC: M3 under the keys that M1 led to, or G1 under those in use. */
static void take_protected(Supplicant *s, const KeyFrame *frame, Reply *reply)
{
    uint8_t data[KEY_DATA_MAX];
    bool pairwise = (frame->info & KEY_PAIRWISE) != 0;
    const uint8_t *ptk = pairwise ? s->candidate : s->ptk;
    if (!(pairwise ? s->has_nonces : s->has_ptk) || !(frame->info & KEY_ENCRYPTED) ||
        frame->data_length > sizeof data || !keyframe_mic_fits(frame, KCK(ptk)))
        return;
    if (pairwise && memcmp(s->anonce, frame->pdu + AT_NONCE, NONCE_LENGTH) != 0)
        return;
    s->counter = frame->counter;
    s->has_counter = true;
    if (primitives_unwrap(KEK(ptk), frame->data, frame->data_length, data)) {
        size_t length = frame->data_length - 8;
        (pairwise ? take_m3 : take_g1)(s, frame, data, length, reply);
    }
    SecureZeroMemory(data, sizeof data);
}

void supplicant_take(Supplicant *s, const uint8_t *pdu, size_t length, Reply *reply)
{
    KeyFrame frame;
    memset(reply, 0, sizeof *reply);
    if (!s->has_pmk || !keyframe_read(pdu, length, &frame) || !(frame.info & KEY_ACK) ||
        (frame.info & (KEY_ERROR | KEY_REQUEST)) || (s->has_counter && frame.counter <= s->counter))
        return;
    if (frame.info & KEY_MIC)
        take_protected(s, &frame, reply);
    else if (frame.info & KEY_PAIRWISE)
        take_m1(s, &frame, reply);
}
