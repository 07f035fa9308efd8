// SPDX-License-Identifier: GPL-2.0-or-later
#include "rsn.h"

#include <string.h>

#include "wlanihv.h"

#define KDE_ID 0xdd
#define PMKID_SIZE 16
#define AT_GROUP 4    /* of an RSNE: id, length, version come before */
#define AT_PAIRWISE 8
#define WPA_TYPE_SIZE 4 /* of a WPA element, behind id and length: by so much all lies later */
#define GTK_KDE_HEADER 8   /* dd, length, OUI and type (4), key id, reserved */
#define IGTK_KDE_HEADER 14 /* dd, length, OUI and type (4), key id (2), packet number (6) */

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const uint8_t NO_SUITE[4] = {0};
static const uint8_t OUI[3] = {0x00, 0x0f, 0xac};
static const uint8_t WPA_TYPE[WPA_TYPE_SIZE] = {0x00, 0x50, 0xf2, 1}; /* begins with WPA's OUI */
static const uint8_t WPA_DOT1X[4] = {0x00, 0x50, 0xf2, 1};
static const uint8_t WPA_PSK[4] = {0x00, 0x50, 0xf2, 2};
/* The best first, as a pairwise cipher is chosen. */
static const Cipher DATA[] = {
    {9, DOT11_CIPHER_ALGO_GCMP_256_VALUE, 32},
    {8, DOT11_CIPHER_ALGO_GCMP_VALUE, 16},
    {4, DOT11_CIPHER_ALGO_CCMP, 16},
    {2, DOT11_CIPHER_ALGO_TKIP, 32},
};
#define TKIP (&DATA[COUNT(DATA) - 1])
static const Cipher MANAGEMENT[] = {
    {6, DOT11_CIPHER_ALGO_BIP_VALUE, 16},
    {12, DOT11_CIPHER_ALGO_BIP_GMAC_256_VALUE, 32},
};
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

static bool is_wpa(const uint8_t *element)
{
    return element[0] == KDE_ID && element[1] >= WPA_TYPE_SIZE &&
           memcmp(element + 2, WPA_TYPE, WPA_TYPE_SIZE) == 0;
}

/* Where a field of an RSNE is in this element. */
static size_t place(const Rsne *rsne, size_t at)
{
    return rsne->size != 0 && is_wpa(rsne->data) ? at + WPA_TYPE_SIZE : at;
}

static const uint8_t *oui(const Rsne *rsne)
{
    return is_wpa(rsne->data) ? WPA_TYPE : OUI;
}

bool rsn_find(const uint8_t *elements, size_t size, bool wpa, Rsne *rsne)
{
    const uint8_t *at = elements;
    const uint8_t *element;
    rsne->size = 0;
    while (next_element(&at, elements + size, &element)) {
        if (wpa ? !is_wpa(element) : element[0] != RSNE_ID)
            continue;
        rsne->size = 2u + element[1];
        memcpy(rsne->data, element, rsne->size);
        return true;
    }
    return false;
}

/* Reads a counted list of suites at *at and tells whether `suite` is among them; *at is behind it
 * then, and where it was if the list is cut short. */
static bool list_has(const uint8_t **at, const uint8_t *end, const uint8_t suite[4])
{
    bool found = false;
    if (end - *at < 2)
        return false;
    size_t count = (size_t)((*at)[0] | (*at)[1] << 8);
    if ((size_t)(end - *at - 2) / 4 < count)
        return false;
    *at += 2;
    for (size_t i = 0; i < count; i++, *at += 4)
        found = found || memcmp(*at, suite, 4) == 0;
    return found;
}

const Cipher *rsn_cipher(uint32_t algorithm)
{
    for (size_t i = 0; i < COUNT(DATA); i++) {
        if (DATA[i].algorithm == algorithm)
            return &DATA[i];
    }
    return NULL;
}

static const Cipher *named(const Cipher *ciphers, size_t count, const uint8_t vendor[3],
                           const uint8_t selector[4])
{
    for (size_t i = 0; i < count && memcmp(selector, vendor, sizeof OUI) == 0; i++) {
        if (ciphers[i].suite == selector[3])
            return &ciphers[i];
    }
    return NULL;
}

const Cipher *rsn_pairwise(const Rsne *rsne)
{
    size_t first = place(rsne, AT_PAIRWISE);
    for (size_t i = 0; i < COUNT(DATA) && rsne->size >= first + 2; i++) {
        const uint8_t *vendor = oui(rsne);
        const uint8_t selector[4] = {vendor[0], vendor[1], vendor[2], DATA[i].suite};
        const uint8_t *at = rsne->data + first;
        if (is_wpa(rsne->data) != (&DATA[i] == TKIP))
            continue; /* this DLL has WPA with TKIP, and in an RSN the others */
        if (list_has(&at, rsne->data + rsne->size, selector))
            return &DATA[i];
    }
    return NULL;
}

const Cipher *rsn_group(const Rsne *rsne)
{
    if (rsne->size < place(rsne, AT_PAIRWISE))
        return NULL;
    return named(DATA, COUNT(DATA), oui(rsne), rsne->data + place(rsne, AT_GROUP));
}

/* Where the list of AKMs is, or the end of an RSNE that has none. */
static const uint8_t *akms(const Rsne *rsne)
{
    const uint8_t *at = rsne->data + place(rsne, AT_PAIRWISE);
    if (rsne->size < place(rsne, AT_PAIRWISE) + 2)
        return rsne->data + rsne->size;
    (void)list_has(&at, rsne->data + rsne->size, NO_SUITE);
    return at;
}

const Cipher *rsn_management(const Rsne *rsne)
{
    const uint8_t *end = rsne->data + rsne->size;
    const uint8_t *at = akms(rsne);
    (void)list_has(&at, end, NO_SUITE);
    if (end - at < 4)
        return &MANAGEMENT[0];
    size_t names = (size_t)(at[2] | at[3] << 8) * PMKID_SIZE;
    at += 4; /* capabilities and the number of PMKIDs */
    if ((size_t)(end - at) < names + 4)
        return &MANAGEMENT[0];
    return named(MANAGEMENT, COUNT(MANAGEMENT), OUI, at + names);
}

static bool has_akm(const Rsne *rsne, const uint8_t akm[4])
{
    const uint8_t *at = akms(rsne);
    return list_has(&at, rsne->data + rsne->size, akm);
}

bool rsn_offers(const Rsne *rsne, bool enterprise)
{
    if (rsn_pairwise(rsne) == NULL || rsn_group(rsne) == NULL)
        return false;
    if (is_wpa(rsne->data))
        return has_akm(rsne, enterprise ? WPA_DOT1X : WPA_PSK);
    return has_akm(rsne, enterprise ? DOT1X : PSK) ||
           has_akm(rsne, enterprise ? DOT1X_SHA256 : PSK_SHA256);
}

KeySuite rsn_key_suite(const Rsne *rsne)
{
    if (rsne->size != 0 && is_wpa(rsne->data))
        return SUITE_WPA;
    return has_akm(rsne, PSK_SHA256) || has_akm(rsne, DOT1X_SHA256) ? SUITE_SHA256 : SUITE_SHA1;
}

bool rsn_equal(const Rsne *a, const Rsne *b)
{
    return a->size == b->size && memcmp(a->data, b->data, a->size) == 0;
}

/* The KDE of that kind whose key, behind `header`, is one of the cipher's; NULL without. */
static const uint8_t *find_kde(const uint8_t *key_data, size_t size, const uint8_t kind[4],
                               size_t header, const Cipher *cipher)
{
    if (cipher == NULL)
        return NULL;
    const uint8_t *at = key_data;
    const uint8_t *element;
    while (next_element(&at, key_data + size, &element)) {
        if (element[0] == KDE_ID && element[1] == header - 2 + cipher->key_size &&
            memcmp(element + 2, kind, 4) == 0)
            return element;
    }
    return NULL;
}

bool rsn_find_gtk(const uint8_t *key_data, size_t size, const Cipher *cipher, Gtk *gtk)
{
    const uint8_t *element = find_kde(key_data, size, GTK_KDE, GTK_KDE_HEADER, cipher);
    if (element == NULL)
        return false;
    memset(gtk, 0, sizeof *gtk);
    gtk->cipher = cipher;
    gtk->index = element[6] & 3;
    memcpy(gtk->key, element + GTK_KDE_HEADER, cipher->key_size);
    return true;
}

bool rsn_find_igtk(const uint8_t *key_data, size_t size, const Cipher *cipher, Igtk *igtk)
{
    const uint8_t *element = find_kde(key_data, size, IGTK_KDE, IGTK_KDE_HEADER, cipher);
    if (element == NULL || (element[6] != 4 && element[6] != 5) || element[7] != 0)
        return false;
    memset(igtk, 0, sizeof *igtk);
    igtk->cipher = cipher;
    igtk->index = element[6];
    memcpy(igtk->pn, element + 8, sizeof igtk->pn);
    memcpy(igtk->key, element + IGTK_KDE_HEADER, cipher->key_size);
    return true;
}
