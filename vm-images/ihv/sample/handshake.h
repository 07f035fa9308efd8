// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The supplicant's side of the 4-way and group key handshakes (IEEE 802.11-2020 12.7.6, 12.7.7)
 * as a state machine without I/O: a frame in, at most one frame and one set of keys out.
 */
#ifndef HIL_SAMPLE_HANDSHAKE_H
#define HIL_SAMPLE_HANDSHAKE_H

#include "crypto.h"
#include "eapol.h"
#include "rsn.h"

typedef struct Handshake {
    uint8_t aa[6];
    uint8_t spa[6];
    uint8_t pmk[PMK_SIZE];
    bool has_pmk;
    KeySuite suite;
    const Cipher *pairwise; /* as the association request chose them */
    const Cipher *group;
    const Cipher *management;
    Rsne own;    /* of the association request: goes into M2 */
    Rsne beacon; /* M3 must repeat it */
    bool has_snonce;
    uint8_t anonce[NONCE_SIZE];
    uint8_t snonce[NONCE_SIZE];
    uint8_t candidate[PTK_SIZE]; /* of the M1 at hand; a forged M1 must not harm the PTK in use */
    bool has_candidate;
    uint8_t ptk[PTK_SIZE]; /* confirmed by a valid M3 */
    bool has_ptk;
    Gtk gtk;
    bool has_gtk;
    Igtk igtk;
    bool has_igtk;
    uint64_t replay; /* counter of the last frame with a valid MIC */
    bool has_replay;
} Handshake;

typedef enum HandshakeMessage {
    HANDSHAKE_NOTHING, /* ignored: not for us, replayed, or not authentic */
    HANDSHAKE_M2,
    HANDSHAKE_M4,
    HANDSHAKE_G2,
    HANDSHAKE_RSNE_MISMATCH, /* M3 is authentic but its RSNE is not the beacon's */
    HANDSHAKE_BROKEN,        /* an own primitive failed */
} HandshakeMessage;

typedef struct HandshakeOutput {
    HandshakeMessage message;
    uint8_t frame[EAPOL_MAX];
    size_t size;
    bool complete;    /* all keys of the handshake are there: with WPA the group key comes later */
    bool install_ptk; /* false when the same key is in use already (12.7.6.4: no reinstallation) */
    bool install_gtk;
    bool install_igtk;
    uint8_t gtk_rsc[6]; /* packet number of the last group frame, least byte first */
} HandshakeOutput;

void handshake_start(Handshake *handshake, const uint8_t aa[6], const uint8_t spa[6],
                     const uint8_t pmk[PMK_SIZE], const Rsne *own, const Rsne *beacon);
void handshake_wipe(Handshake *handshake);

/* Authenticated again: the next M1 is answered with this PMK; the keys in use stay until then. */
void handshake_new_pmk(Handshake *handshake, const uint8_t pmk[PMK_SIZE]);
/* Being authenticated again: no M1 is answered until the new PMK is known. */
void handshake_forget_pmk(Handshake *handshake);

/* Takes one EAPOL frame (untrusted) of the AP. */
void handshake_receive(Handshake *handshake, const uint8_t *frame, size_t size,
                       HandshakeOutput *output);

#endif
