// SPDX-License-Identifier: GPL-2.0-or-later
/* Plumbing keys and settings through the framework functions. */
#ifndef HIL_SAMPLE_KEYS_H
#define HIL_SAMPLE_KEYS_H

#include "rsn.h"
#include "wep_eap.h"
#include "wlanihv.h"

/* EtherType handling, algorithms and ExcludeUnencrypted of a WPA2 association with the ciphers of
 * that access point; to be called during pre-association. Goes on only while it is wanted, as the
 * adapter may go meanwhile: ERROR_CANCELLED then, else the Win32 error of the first call that
 * failed, ERROR_NOT_SUPPORTED for ciphers that this DLL has not. Of an access point that is not
 * known (an empty RSNE) they are CCMP. */
DWORD keys_prepare(HANDLE service, DOT11_AUTH_ALGORITHM algorithm, const Rsne *beacon,
                   bool (*wanted)(void *context), void *context);

/* The same of an association without a handshake, and without packets of this DLL's: one cipher of
 * whatever goes both ways. */
DWORD keys_prepare_bare(HANDLE service, DWORD algorithm, DWORD cipher,
                        bool (*wanted)(void *context), void *context);

/* What WEP wants besides: ExcludeUnencrypted, and a static key of 5 or 13 bytes under index 0. */
DWORD keys_prepare_wep(HANDLE service, const uint8_t *key, size_t size,
                       bool (*wanted)(void *context), void *context);

/* What dynamic WEP wants: EtherType handling, algorithms and ExcludeUnencrypted, as keys_prepare. */
DWORD keys_prepare_wep_eap(HANDLE service, bool (*wanted)(void *context), void *context);

/* A WEP key that was handed out: the AP's, both directions, or the group's, for receiving. */
DWORD keys_set_wep(HANDLE service, const uint8_t peer[6], const WepKey *wep);

/* Pairwise key of the AP, both directions. */
DWORD keys_set_pairwise(HANDLE service, const uint8_t peer[6], const Cipher *cipher,
                        const uint8_t *tk);

/* Group key for receiving, and its index as default key id. */
DWORD keys_set_group(HANDLE service, const uint8_t peer[6], const Gtk *gtk, const uint8_t rsc[6]);

/* Integrity group key, of an association that protects management frames. */
DWORD keys_set_integrity(HANDLE service, const uint8_t peer[6], const Igtk *igtk);

/* Own MAC address. The IHV interface has no way to tell it, so it comes from the adapter's GUID:
 * by the network stack, or at once where the GUID holds it (the reference guest). */
bool keys_own_address(const GUID *adapter, uint8_t address[6]);

#endif
