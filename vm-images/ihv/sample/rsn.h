// SPDX-License-Identifier: GPL-2.0-or-later
/* Information elements and key data encapsulations (IEEE 802.11-2020 9.4.2 and 12.7.2). */
#ifndef HIL_SAMPLE_RSN_H
#define HIL_SAMPLE_RSN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RSNE_ID 48
#define RSNE_MAX 257 /* id, length, 255 bytes */
#define GTK_SIZE 16

typedef struct Rsne {
    uint8_t data[RSNE_MAX];
    size_t size; /* with id and length; 0 if absent */
} Rsne;

/* The key derivation and the MIC that go with the AKM, by their key descriptor version (12.7.2). */
typedef enum KeySuite {
    SUITE_SHA1 = 2,   /* AKM 1 and 2: PRF and HMAC-SHA1 */
    SUITE_SHA256 = 3, /* AKM 5 and 6: KDF-SHA256 and AES-128-CMAC */
} KeySuite;

typedef struct Gtk {
    uint8_t key[GTK_SIZE];
    uint8_t index; /* 0...3 */
} Gtk;

typedef struct Igtk {
    uint8_t key[GTK_SIZE];
    uint8_t pn[6]; /* packet number sent last, least byte first */
    uint8_t index; /* 4 or 5 */
} Igtk;

/* First RSNE among elements; false if there is none or the elements run over their end. */
bool rsn_find(const uint8_t *elements, size_t size, Rsne *rsne);

/* True if the RSNE offers CCMP pairwise, and 802.1X or PSK. */
bool rsn_offers_ccmp(const Rsne *rsne, bool enterprise);

/* The suite of an association request's RSNE. */
KeySuite rsn_key_suite(const Rsne *rsne);

bool rsn_equal(const Rsne *a, const Rsne *b);

/* GTK of decrypted key data; false if it holds none of a CCMP GTK's size. */
bool rsn_find_gtk(const uint8_t *key_data, size_t size, Gtk *gtk);

/* IGTK likewise, of a BIP-CMAC-128 key's size: of an association that protects management frames. */
bool rsn_find_igtk(const uint8_t *key_data, size_t size, Igtk *igtk);

#endif
