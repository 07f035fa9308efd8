// SPDX-License-Identifier: GPL-2.0-or-later
#include "handshake.h"

#include <string.h>
#include <windows.h>

#define KCK(ptk) (ptk)
#define KEK(ptk) ((ptk) + KCK_SIZE)

#define M2_INFO (KEY_INFO_PAIRWISE | KEY_INFO_MIC)
#define M4_INFO (M2_INFO | KEY_INFO_SECURE)
#define WPA_M4_INFO M2_INFO
#define G2_INFO (KEY_INFO_MIC | KEY_INFO_SECURE)

void handshake_start(Handshake *h, const uint8_t aa[6], const uint8_t spa[6],
                     const uint8_t pmk[PMK_SIZE], const Rsne *own, const Rsne *beacon)
{
    handshake_wipe(h);
    memcpy(h->aa, aa, 6);
    memcpy(h->spa, spa, 6);
    memcpy(h->pmk, pmk, PMK_SIZE);
    h->has_pmk = true;
    h->suite = rsn_key_suite(own);
    h->pairwise = rsn_pairwise(own);
    h->group = rsn_group(own);
    h->management = rsn_management(own);
    h->own = *own;
    h->beacon = *beacon;
}

void handshake_forget_pmk(Handshake *h)
{
    SecureZeroMemory(h->pmk, PMK_SIZE);
    SecureZeroMemory(h->candidate, PTK_SIZE);
    h->has_pmk = h->has_candidate = h->has_snonce = false;
}

void handshake_new_pmk(Handshake *h, const uint8_t pmk[PMK_SIZE])
{
    handshake_forget_pmk(h);
    memcpy(h->pmk, pmk, PMK_SIZE);
    h->has_pmk = true;
}

void handshake_wipe(Handshake *h)
{
    SecureZeroMemory(h, sizeof *h);
}

static void answer(const Handshake *h, HandshakeOutput *out, HandshakeMessage message,
                   uint16_t info, uint64_t replay, const uint8_t *nonce, const Rsne *rsne,
                   const uint8_t *ptk)
{
    out->size = eapol_build(h->suite, out->frame, info, replay, nonce,
                            rsne != NULL ? rsne->data : NULL, rsne != NULL ? rsne->size : 0,
                            KCK(ptk));
    out->message = out->size != 0 ? message : HANDSHAKE_BROKEN;
}

/* M1: a retransmission carries the same ANonce and gets the same SNonce, so that an M2 that was
 * lost and one that was late both fit. */
static void receive_m1(Handshake *h, const EapolKey *key, HandshakeOutput *out)
{
    if (!h->has_pmk)
        return;
    bool same = h->has_candidate && memcmp(h->anonce, key->nonce, NONCE_SIZE) == 0;
    if (!h->has_snonce) {
        if (!crypto_random(h->snonce, NONCE_SIZE)) {
            out->message = HANDSHAKE_BROKEN;
            return;
        }
        h->has_snonce = true;
    }
    if (!same) {
        memcpy(h->anonce, key->nonce, NONCE_SIZE);
        h->has_candidate =
            h->pairwise != NULL &&
            crypto_ptk(h->suite, h->pairwise->key_size, h->pmk, h->aa, h->spa, h->anonce, h->snonce, h->candidate);
    }
    if (h->has_candidate)
        answer(h, out, HANDSHAKE_M2, M2_INFO, key->replay, h->snonce, &h->own, h->candidate);
    else
        out->message = HANDSHAKE_BROKEN;
}

/* Key data of a frame in the clear; false if it does not unwrap. WPA has it so in M3. */
static bool open_key_data(KeySuite suite, const EapolKey *key, const uint8_t *ptk,
                          uint8_t out[EAPOL_MAX], size_t *size)
{
    if (suite == SUITE_WPA) {
        *size = key->key_data_size;
        if (key->info & KEY_INFO_PAIRWISE)
            memcpy(out, key->key_data, *size);
        else
            crypto_arc4(key->iv, KEK(ptk), key->key_data, *size, out);
        return true;
    }
    if (!(key->info & KEY_INFO_ENCRYPTED) || key->key_data_size < 24)
        return false;
    *size = key->key_data_size - 8;
    return crypto_unwrap(KEK(ptk), key->key_data, key->key_data_size, out);
}

/* Takes over a GTK; true only if it is not the one in use (no reinstallation). */
static bool take_gtk(Handshake *h, const Gtk *gtk)
{
    bool same = h->has_gtk && h->gtk.index == gtk->index &&
                crypto_equal(h->gtk.key, gtk->key, KEY_MAX);
    h->gtk = *gtk;
    h->has_gtk = true;
    return !same;
}

/* The same of an IGTK, which there is in an association that protects management frames. */
static bool take_igtk(Handshake *h, const uint8_t *key_data, size_t size)
{
    Igtk igtk;
    if (!rsn_find_igtk(key_data, size, h->management, &igtk))
        return false;
    bool same = h->has_igtk && h->igtk.index == igtk.index &&
                crypto_equal(h->igtk.key, igtk.key, KEY_MAX);
    h->igtk = igtk;
    h->has_igtk = true;
    SecureZeroMemory(&igtk, sizeof igtk);
    return !same;
}

/* `gtk` is NULL where M3 has none (WPA): the group handshake brings it. */
static void accept_m3(Handshake *h, const EapolKey *key, const Gtk *gtk, HandshakeOutput *out)
{
    out->install_ptk = !h->has_ptk || !crypto_equal(h->ptk, h->candidate, PTK_SIZE);
    out->install_gtk = gtk != NULL && take_gtk(h, gtk);
    out->complete = gtk != NULL;
    memcpy(out->gtk_rsc, key->rsc, sizeof out->gtk_rsc);
    memcpy(h->ptk, h->candidate, PTK_SIZE);
    h->has_ptk = true;
    h->has_snonce = false; /* the next M1 with another ANonce starts a new handshake */
    answer(h, out, HANDSHAKE_M4, h->suite == SUITE_WPA ? WPA_M4_INFO : M4_INFO, key->replay, NULL,
           NULL, h->ptk);
}

static void receive_m3(Handshake *h, const uint8_t *frame, const EapolKey *key,
                       HandshakeOutput *out)
{
    uint8_t data[EAPOL_MAX];
    size_t size = 0;
    Rsne rsne;
    Gtk gtk;
    if (!h->has_candidate || memcmp(h->anonce, key->nonce, NONCE_SIZE) != 0 ||
        !eapol_mic_valid(h->suite, frame, key, KCK(h->candidate)))
        return;
    h->replay = key->replay;
    h->has_replay = true;
    bool wpa = h->suite == SUITE_WPA;
    if (open_key_data(h->suite, key, h->candidate, data, &size)) {
        if (!rsn_find(data, size, wpa, &rsne) || !rsn_equal(&rsne, &h->beacon))
            out->message = HANDSHAKE_RSNE_MISMATCH;
        else if (wpa)
            accept_m3(h, key, NULL, out);
        else if (rsn_find_gtk(data, size, h->group, &gtk)) {
            out->install_igtk = take_igtk(h, data, size);
            accept_m3(h, key, &gtk, out);
        }
    }
    SecureZeroMemory(data, sizeof data);
    SecureZeroMemory(&gtk, sizeof gtk);
}

/* The group key of opened key data: WPA has nothing else in it, and its index in the frame. */
static bool find_gtk(const Handshake *h, const EapolKey *key, const uint8_t *data, size_t size,
                     Gtk *gtk)
{
    if (h->suite != SUITE_WPA)
        return rsn_find_gtk(data, size, h->group, gtk);
    if (h->group == NULL || size != h->group->key_size)
        return false;
    memset(gtk, 0, sizeof *gtk);
    gtk->cipher = h->group;
    gtk->index = (uint8_t)((key->info & KEY_INFO_INDEX) >> KEY_INFO_INDEX_SHIFT);
    memcpy(gtk->key, data, size);
    return true;
}

static void receive_g1(Handshake *h, const uint8_t *frame, const EapolKey *key,
                       HandshakeOutput *out)
{
    uint8_t data[EAPOL_MAX];
    size_t size = 0;
    Gtk gtk;
    if (!h->has_ptk || !eapol_mic_valid(h->suite, frame, key, KCK(h->ptk)))
        return;
    h->replay = key->replay;
    h->has_replay = true;
    uint16_t index = h->suite == SUITE_WPA ? key->info & KEY_INFO_INDEX : 0;
    if (open_key_data(h->suite, key, h->ptk, data, &size) && find_gtk(h, key, data, size, &gtk)) {
        out->complete = true;
        out->install_gtk = take_gtk(h, &gtk);
        out->install_igtk = take_igtk(h, data, size);
        memcpy(out->gtk_rsc, key->rsc, sizeof out->gtk_rsc);
        answer(h, out, HANDSHAKE_G2, (uint16_t)(G2_INFO | index), key->replay, NULL, NULL, h->ptk);
    }
    SecureZeroMemory(data, sizeof data);
    SecureZeroMemory(&gtk, sizeof gtk);
}

void handshake_receive(Handshake *h, const uint8_t *frame, size_t size, HandshakeOutput *out)
{
    EapolKey key;
    memset(out, 0, sizeof *out);
    if (!eapol_parse(h->suite, frame, size, &key))
        return;
    if (!(key.info & KEY_INFO_ACK) || (key.info & (KEY_INFO_ERROR | KEY_INFO_REQUEST)))
        return;
    if (h->has_replay && key.replay <= h->replay)
        return;
    if (!(key.info & KEY_INFO_PAIRWISE)) {
        if (key.info & KEY_INFO_MIC)
            receive_g1(h, frame, &key, out);
    } else if (key.info & KEY_INFO_MIC) {
        receive_m3(h, frame, &key, out);
    } else {
        receive_m1(h, &key, out);
    }
}
