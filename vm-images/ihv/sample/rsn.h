// SPDX-License-Identifier: GPL-2.0-or-later
/* Information elements and key data encapsulations (IEEE 802.11-2020 9.4.2 and 12.7.2). */
#ifndef HIL_SAMPLE_RSN_H
#define HIL_SAMPLE_RSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSNE_ID 48
#define RSNE_MAX 257 /* id, length, 255 bytes */
#define KEY_MAX 32 /* longest key of a cipher */

/* An RSNE or, of WPA, the vendor specific element that came before it. */
typedef struct Rsne {
    uint8_t data[RSNE_MAX];
    size_t size; /* with id and length; 0 if absent */
} Rsne;

/* The key derivation and the MIC that go with the AKM, by their key descriptor version (12.7.2). */
typedef enum KeySuite {
    SUITE_WPA = 1,    /* WPA with TKIP: PRF of HMAC-SHA1, HMAC-MD5, ARC4 */
    SUITE_SHA1 = 2,   /* AKM 1 and 2: PRF and HMAC-SHA1 */
    SUITE_SHA256 = 3, /* AKM 5 and 6: KDF-SHA256 and AES-128-CMAC */
} KeySuite;

/* A cipher of this DLL: the last byte of its suite selector, and DOT11_CIPHER_ALGORITHM. A TKIP key
 * has the Michael keys of both directions behind it, that of what a station receives first. */
typedef struct Cipher {
    uint8_t suite;
    uint32_t algorithm;
    size_t key_size;
} Cipher;

/* Keys shorter than KEY_MAX are followed by zeros. */
typedef struct Gtk {
    const Cipher *cipher;
    uint8_t key[KEY_MAX];
    uint8_t index; /* 0...3 */
} Gtk;

typedef struct Igtk {
    const Cipher *cipher;
    uint8_t key[KEY_MAX];
    uint8_t pn[6]; /* packet number sent last, least byte first */
    uint8_t index; /* 4 or 5 */
} Igtk;

/* First RSNE (`wpa`: WPA element) among elements; false if there is none or they run over their
 * end. */
bool rsn_find(const uint8_t *elements, size_t size, bool wpa, Rsne *rsne);

/* The cipher of that number in Windows. */
const Cipher *rsn_cipher(uint32_t algorithm);

/* The best pairwise cipher of an RSNE, and its cipher of data and of management frames to all; NULL
 * if this DLL has none of them. An RSNE that names no cipher of management frames has BIP. */
const Cipher *rsn_pairwise(const Rsne *rsne);
const Cipher *rsn_group(const Rsne *rsne);
const Cipher *rsn_management(const Rsne *rsne);

/* True if the RSNE offers ciphers of this DLL, and 802.1X or PSK; a WPA element TKIP and
 * either. */
bool rsn_offers(const Rsne *rsne, bool enterprise);

/* The suite of an association request's RSNE or WPA element. */
KeySuite rsn_key_suite(const Rsne *rsne);

bool rsn_equal(const Rsne *a, const Rsne *b);

/* GTK of decrypted key data; false if it holds none of the size that the cipher wants. */
bool rsn_find_gtk(const uint8_t *key_data, size_t size, const Cipher *cipher, Gtk *gtk);

/* IGTK likewise: of an association that protects management frames. */
bool rsn_find_igtk(const uint8_t *key_data, size_t size, const Cipher *cipher, Igtk *igtk);

#endif
