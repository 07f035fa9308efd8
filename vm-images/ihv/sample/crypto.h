// SPDX-License-Identifier: GPL-2.0-or-later
/* The primitives of WPA2 and WPA, by Windows' CNG (bcrypt.dll). All return false on failure. */
#ifndef HIL_SAMPLE_CRYPTO_H
#define HIL_SAMPLE_CRYPTO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsn.h"

#define PMK_SIZE 32
#define NONCE_SIZE 32
#define KEY_IV_SIZE 16
#define KCK_SIZE 16
#define KEK_SIZE 16
#define RC4_KEY_SIZE 32
#define PTK_SIZE (KCK_SIZE + KEK_SIZE + KEY_MAX) /* IEEE 802.11-2020 12.7.1.3 */
#define MIC_SIZE 16
#define SHA1_SIZE 20
#define SHA256_SIZE 32

/* Opens the algorithms and uses AES once: a provider's first use is slow under Wine, and no
 * handshake shall wait for it. */
bool crypto_open(void);
void crypto_close(void);

bool crypto_random(uint8_t *out, size_t size);
bool crypto_sha256(const void *data, size_t size, uint8_t out[SHA256_SIZE]);

/* PBKDF2(passphrase, SSID, 4096, 256 bits) (IEEE 802.11-2020 J.4.1). */
bool crypto_pmk(const char *passphrase, size_t size, const uint8_t *ssid, size_t ssid_size,
                uint8_t pmk[PMK_SIZE]);

/* PRF, or KDF-SHA256, of the PMK with "Pairwise key expansion", ordered addresses and nonces
 * (12.7.1.3), for a temporal key of tk_size bytes; zeros follow a shorter one. */
bool crypto_ptk(KeySuite suite, size_t tk_size, const uint8_t pmk[PMK_SIZE], const uint8_t aa[6],
                const uint8_t spa[6], const uint8_t anonce[NONCE_SIZE],
                const uint8_t snonce[NONCE_SIZE], uint8_t ptk[PTK_SIZE]);

/* HMAC-SHA1-128, with WPA HMAC-MD5, or AES-128-CMAC. */
bool crypto_mic(KeySuite suite, const uint8_t kck[16], const void *data, size_t size,
                uint8_t mic[MIC_SIZE]);

/* AES key unwrap (RFC 3394): size bytes (24, 32, ...) to size - 8. False also when the integrity
 * check fails. */
bool crypto_unwrap(const uint8_t kek[16], const uint8_t *wrapped, size_t size, uint8_t *out);

/* ARC4 under the frame's IV and the KEK, whose first 256 bytes are skipped (12.7.2). */
void crypto_arc4(const uint8_t iv[KEY_IV_SIZE], const uint8_t kek[KEK_SIZE], const uint8_t *data,
                 size_t size, uint8_t *out);

/* RC4 under IV and key, from the first byte on (RFC 3580, 4). */
void crypto_rc4(const uint8_t iv[KEY_IV_SIZE], const uint8_t key[RC4_KEY_SIZE],
                const uint8_t *data, size_t size, uint8_t *out);

bool crypto_hmac_md5(const uint8_t *key, size_t key_size, const void *data, size_t size,
                     uint8_t mic[MIC_SIZE]);

/* In time that does not depend on the contents. */
bool crypto_equal(const void *a, const void *b, size_t size);

#endif
