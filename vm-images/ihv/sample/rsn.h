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

typedef struct Gtk {
    uint8_t key[GTK_SIZE];
    uint8_t index; /* 0...3 */
} Gtk;

/* First RSNE among elements; false if there is none or the elements run over their end. */
bool rsn_find(const uint8_t *elements, size_t size, Rsne *rsne);

/* True if the RSNE offers CCMP pairwise, and 802.1X or PSK. */
bool rsn_offers_ccmp(const Rsne *rsne, bool enterprise);

bool rsn_equal(const Rsne *a, const Rsne *b);

/* GTK of decrypted key data; false if it holds none of a CCMP GTK's size. */
bool rsn_find_gtk(const uint8_t *key_data, size_t size, Gtk *gtk);

#endif
