// SPDX-License-Identifier: GPL-2.0-or-later
/* The cryptography of WPA2-PSK by Windows' own bcrypt.dll (IEEE 802.11-2020, 12.7, J.4). */
#ifndef SECOND_PRIMITIVES_H
#define SECOND_PRIMITIVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { PMK_LENGTH = 32, PTK_LENGTH = 48, NONCE_LENGTH = 32, MIC_LENGTH = 16, TK_LENGTH = 16 };

/* Opens and closes the algorithm providers. */
bool primitives_open(void);
void primitives_close(void);

bool primitives_random(uint8_t *out, size_t length);

/* PMK of a passphrase and an SSID: PBKDF2 with 4096 iterations. */
bool primitives_pmk(const uint8_t *passphrase, size_t length, const uint8_t *ssid,
                    size_t ssid_length, uint8_t pmk[PMK_LENGTH]);

/* KCK, KEK and TK of both addresses and nonces. */
bool primitives_ptk(const uint8_t pmk[PMK_LENGTH], const uint8_t ap[6], const uint8_t station[6],
                    const uint8_t anonce[NONCE_LENGTH], const uint8_t snonce[NONCE_LENGTH],
                    uint8_t ptk[PTK_LENGTH]);

/* HMAC-SHA1-128 of a frame whose MIC field is zero. */
bool primitives_mic(const uint8_t kck[16], const uint8_t *frame, size_t length,
                    uint8_t mic[MIC_LENGTH]);

/* NIST AES key unwrap (RFC 3394) of `length` bytes into length - 8; false if it does not fit. */
bool primitives_unwrap(const uint8_t kek[16], const uint8_t *wrapped, size_t length, uint8_t *out);

#endif
