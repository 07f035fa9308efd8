// SPDX-License-Identifier: GPL-2.0-or-later
#include "rsn.h"

#include <string.h>

#define KDE_ID 0xdd
#define GTK_KDE_HEADER 8 /* dd, length, OUI and type (4), key id, reserved */

static const uint8_t CCMP[4] = {0x00, 0x0f, 0xac, 4};
static const uint8_t DOT1X[4] = {0x00, 0x0f, 0xac, 1};
static const uint8_t PSK[4] = {0x00, 0x0f, 0xac, 2};
static const uint8_t GTK_KDE[4] = {0x00, 0x0f, 0xac, 1};

/* Steps to the next element; false at the end or when one runs over it. Key data is padded with
 * dd 00 00..., which reads as an empty element followed by zeros. */
static bool next_element(const uint8_t **at, const uint8_t *end, const uint8_t **element)
{
    if (end - *at < 2 || end - *at - 2 < (*at)[1])
        return false;
    *element = *at;
    *at += 2 + (*at)[1];
    return true;
}

bool rsn_find(const uint8_t *elements, size_t size, Rsne *rsne)
{
    const uint8_t *at = elements;
    const uint8_t *element;
    rsne->size = 0;
    while (next_element(&at, elements + size, &element)) {
        if (element[0] != RSNE_ID)
            continue;
        rsne->size = 2u + element[1];
        memcpy(rsne->data, element, rsne->size);
        return true;
    }
    return false;
}

/* Reads a counted list of suites at *at and tells whether `suite` is among them. */
static bool list_has(const uint8_t **at, const uint8_t *end, const uint8_t suite[4])
{
    bool found = false;
    if (end - *at < 2)
        return false;
    size_t count = (size_t)((*at)[0] | (*at)[1] << 8);
    *at += 2;
    if ((size_t)(end - *at) / 4 < count)
        return false;
    for (size_t i = 0; i < count; i++, *at += 4)
        found = found || memcmp(*at, suite, 4) == 0;
    return found;
}

bool rsn_offers_ccmp(const Rsne *rsne, bool enterprise)
{
    const uint8_t *at = rsne->data + 8; /* id, length, version, group suite */
    const uint8_t *end = rsne->data + rsne->size;
    return rsne->size >= 10 && list_has(&at, end, CCMP) &&
           list_has(&at, end, enterprise ? DOT1X : PSK);
}

bool rsn_equal(const Rsne *a, const Rsne *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

bool rsn_find_gtk(const uint8_t *key_data, size_t size, Gtk *gtk)
{
    const uint8_t *at = key_data;
    const uint8_t *element;
    while (next_element(&at, key_data + size, &element)) {
        if (element[0] != KDE_ID || element[1] != GTK_KDE_HEADER - 2 + GTK_SIZE ||
            memcmp(element + 2, GTK_KDE, 4) != 0)
            continue;
        gtk->index = element[6] & 3;
        memcpy(gtk->key, element + GTK_KDE_HEADER, GTK_SIZE);
        return true;
    }
    return false;
}
