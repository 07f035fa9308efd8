// SPDX-License-Identifier: GPL-2.0-or-later
/* The <IhvSecurity> fragment of a profile: untrusted text from whoever wrote the profile. */
#ifndef HIL_SAMPLE_PROFILE_H
#define HIL_SAMPLE_PROFILE_H

#include <stdbool.h>
#include <stdint.h>
#include <windows.h>

#include "wlanihv.h"

#define PASSPHRASE_MIN 8 /* IEEE 802.11-2020 J.4.1 */
#define PASSPHRASE_MAX 63
#define PSK_DIGITS 64 /* in hex, in the place of a passphrase */
#define WEP_KEY_MAX 13 /* WEP104; 5 with WEP40 */

struct Fault;

typedef struct SecurityProfile {
    char passphrase[PSK_DIGITS + 1]; /* or the PSK in hex, which has that length */
    size_t passphrase_size;    /* 0 with enterprise, open and WEP */
    bool enterprise;           /* 802.1X through the OS */
    bool open;                 /* no protection at all */
    bool wpa;                  /* WPA with TKIP; else passphrase or 802.1X are of WPA2 */
    bool dynamic_wep;          /* 802.1X, and then WEP keys that are handed out */
    uint8_t wep_key[WEP_KEY_MAX];
    size_t wep_size;           /* 5 or 13; 0 without WEP */
    bool shared_key;           /* WEP with shared key authentication; else the open system's */
    bool vendor_values;        /* open, by algorithms of the IHV range */
    unsigned extras;           /* EXTRA_... of extras.h */
    const struct Fault *fault; /* rules to break on purpose (faults.h), or NULL */
} SecurityProfile;

/*
 * Reads <IhvSecurity><Passphrase>...</Passphrase><Fault>...</Fault>?</IhvSecurity>, or with
 * <Enterprise/>, <Open/> or <WepKey>...</WepKey> in the passphrase's place, and any of the elements
 * of extras.h, in any or no namespace.  <Wpa/> goes with a passphrase or <Enterprise/>,
 * <DynamicWep/> with <Enterprise/>, <SharedKey/> with a WEP key, <VendorValues/> with <Open/>.  A WEP key has 5 or 13 characters, or twice as many hex digits.
 * Strict: no other elements, no comments, CDATA, DTD or processing instructions, no
 * stray text.  False (and a wiped profile) for anything else, a passphrase of wrong length or
 * with characters outside 0x20...0x7e (64 hex digits are the PSK itself), or an unknown fault.
 */
bool profile_parse(const WCHAR *fragment, SecurityProfile *profile);

/* Whether an association has elements that name its protection, and a handshake. */
bool profile_has_handshake(const SecurityProfile *profile);

/* The same of what a handler is given; <Enterprise/> and bUseMSOnex must go together. */
bool profile_read(const DOT11EXT_IHV_SECURITY_PROFILE *security, SecurityProfile *profile);

#endif
