// SPDX-License-Identifier: GPL-2.0-or-later
#include "rsn.h"

#include <string.h>

#define KDE_ID 0xdd
#define AT_PAIRWISE 8 /* of an RSNE: id, length, version, group suite come before */
#define GTK_KDE_HEADER 8   /* dd, length, OUI and type (4), key id, reserved */
#define IGTK_KDE_HEADER 14 /* dd, length, OUI and type (4), key id (2), packet number (6) */

static const uint8_t CCMP[4] = {0x00, 0x0f, 0xac, 4};
static const uint8_t DOT1X[4] = {0x00, 0x0f, 0xac, 1};
static const uint8_t PSK[4] = {0x00, 0x0f, 0xac, 2};
static const uint8_t DOT1X_SHA256[4] = {0x00, 0x0f, 0xac, 5};
static const uint8_t PSK_SHA256[4] = {0x00, 0x0f, 0xac, 6};
static const uint8_t GTK_KDE[4] = {0x00, 0x0f, 0xac, 1};
static const uint8_t IGTK_KDE[4] = {0x00, 0x0f, 0xac, 9};

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

/* Where the list of AKMs is, in an RSNE whose pairwise suites have CCMP; NULL without. */
static const uint8_t *akms_behind_ccmp(const Rsne *rsne)
{
    const uint8_t *at = rsne->data + AT_PAIRWISE;
    if (rsne->size < AT_PAIRWISE + 2 || !list_has(&at, rsne->data + rsne->size, CCMP))
        return NULL;
    return at;
}

static bool has_akm(const Rsne *rsne, const uint8_t akm[4])
{
    const uint8_t *at = akms_behind_ccmp(rsne);
    return at != NULL && list_has(&at, rsne->data + rsne->size, akm);
}

bool rsn_offers_ccmp(const Rsne *rsne, bool enterprise)
{
    return has_akm(rsne, enterprise ? DOT1X : PSK) ||
           has_akm(rsne, enterprise ? DOT1X_SHA256 : PSK_SHA256);
}

KeySuite rsn_key_suite(const Rsne *rsne)
{
    return has_akm(rsne, PSK_SHA256) || has_akm(rsne, DOT1X_SHA256) ? SUITE_SHA256 : SUITE_SHA1;
}

bool rsn_equal(const Rsne *a, const Rsne *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* The KDE of that kind whose key has GTK_SIZE bytes behind `header`; NULL if there is none. */
static const uint8_t *find_kde(const uint8_t *key_data, size_t size, const uint8_t kind[4],
                               size_t header)
{
    const uint8_t *at = key_data;
    const uint8_t *element;
    while (next_element(&at, key_data + size, &element)) {
        if (element[0] == KDE_ID && element[1] == header - 2 + GTK_SIZE &&
            memcmp(element + 2, kind, 4) == 0)
            return element;
    }
    return NULL;
}

bool rsn_find_gtk(const uint8_t *key_data, size_t size, Gtk *gtk)
{
    const uint8_t *element = find_kde(key_data, size, GTK_KDE, GTK_KDE_HEADER);
    if (element == NULL)
        return false;
    gtk->index = element[6] & 3;
    memcpy(gtk->key, element + GTK_KDE_HEADER, GTK_SIZE);
    return true;
}

bool rsn_find_igtk(const uint8_t *key_data, size_t size, Igtk *igtk)
{
    const uint8_t *element = find_kde(key_data, size, IGTK_KDE, IGTK_KDE_HEADER);
    if (element == NULL || (element[6] != 4 && element[6] != 5) || element[7] != 0)
        return false;
    igtk->index = element[6];
    memcpy(igtk->pn, element + 8, sizeof igtk->pn);
    memcpy(igtk->key, element + IGTK_KDE_HEADER, GTK_SIZE);
    return true;
}
