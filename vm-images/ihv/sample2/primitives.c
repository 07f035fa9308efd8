// SPDX-License-Identifier: GPL-2.0-or-later
#include "primitives.h"

#include <string.h>
#include <windows.h>

#include <bcrypt.h>

enum { SHA1_LENGTH = 20, BLOCK = 16, HALF = 8, ITERATIONS = 4096 };

static BCRYPT_ALG_HANDLE hmac_sha1, aes;

static bool good(NTSTATUS status)
{
    return status >= 0;
}

bool primitives_open(void)
{
    return good(BCryptOpenAlgorithmProvider(&hmac_sha1, BCRYPT_SHA1_ALGORITHM, NULL,
                                            BCRYPT_ALG_HANDLE_HMAC_FLAG)) &&
           good(BCryptOpenAlgorithmProvider(&aes, BCRYPT_AES_ALGORITHM, NULL, 0)) &&
           good(BCryptSetProperty(aes, BCRYPT_CHAINING_MODE, (PUCHAR)BCRYPT_CHAIN_MODE_ECB,
                                  sizeof BCRYPT_CHAIN_MODE_ECB, 0));
}

void primitives_close(void)
{
    if (hmac_sha1 != NULL)
        BCryptCloseAlgorithmProvider(hmac_sha1, 0);
    if (aes != NULL)
        BCryptCloseAlgorithmProvider(aes, 0);
    hmac_sha1 = aes = NULL;
}

bool primitives_random(uint8_t *out, size_t length)
{
    return good(BCryptGenRandom(NULL, out, (ULONG)length, BCRYPT_USE_SYSTEM_PREFERRED_RNG));
}

bool primitives_pmk(const uint8_t *passphrase, size_t length, const uint8_t *ssid,
                    size_t ssid_length, uint8_t pmk[PMK_LENGTH])
{
    return good(BCryptDeriveKeyPBKDF2(hmac_sha1, (PUCHAR)passphrase, (ULONG)length, (PUCHAR)ssid,
                                      (ULONG)ssid_length, ITERATIONS, pmk, PMK_LENGTH, 0));
}

static bool hmac(const uint8_t *key, size_t key_length, const uint8_t *data, size_t length,
                 uint8_t out[SHA1_LENGTH])
{
    BCRYPT_HASH_HANDLE hash = NULL;
    bool done = good(BCryptCreateHash(hmac_sha1, &hash, NULL, 0, (PUCHAR)key, (ULONG)key_length,
                                      0)) &&
                good(BCryptHashData(hash, (PUCHAR)data, (ULONG)length, 0)) &&
                good(BCryptFinishHash(hash, out, SHA1_LENGTH, 0));
    if (hash != NULL)
        BCryptDestroyHash(hash);
    return done;
}

/* Appends the lesser of two byte strings, then the greater. */
static uint8_t *ordered(uint8_t *at, const uint8_t *one, const uint8_t *other, size_t length)
{
    bool less = memcmp(one, other, length) < 0;
    memcpy(at, less ? one : other, length);
    memcpy(at + length, less ? other : one, length);
    return at + 2 * length;
}

bool primitives_ptk(const uint8_t pmk[PMK_LENGTH], const uint8_t ap[6], const uint8_t station[6],
                    const uint8_t anonce[NONCE_LENGTH], const uint8_t snonce[NONCE_LENGTH],
                    uint8_t ptk[PTK_LENGTH])
{
    static const char label[] = "Pairwise key expansion"; /* its zero byte belongs to the input */
    uint8_t input[sizeof label + 2 * 6 + 2 * NONCE_LENGTH + 1];
    uint8_t block[SHA1_LENGTH];
    bool done = true;
    memcpy(input, label, sizeof label);
    uint8_t *counter = ordered(input + sizeof label, ap, station, 6);
    counter = ordered(counter, anonce, snonce, NONCE_LENGTH);
    for (size_t at = 0, round = 0; done && at < PTK_LENGTH; at += SHA1_LENGTH, round++) {
        size_t left = PTK_LENGTH - at;
        *counter = (uint8_t)round;
        done = hmac(pmk, PMK_LENGTH, input, sizeof input, block);
        memcpy(ptk + at, block, left < SHA1_LENGTH ? left : SHA1_LENGTH);
    }
    SecureZeroMemory(block, sizeof block);
    return done;
}

bool primitives_mic(const uint8_t kck[16], const uint8_t *frame, size_t length,
                    uint8_t mic[MIC_LENGTH])
{
    uint8_t whole[SHA1_LENGTH];
    bool done = hmac(kck, 16, frame, length, whole);
    memcpy(mic, whole, MIC_LENGTH);
    return done;
}

/* One step of RFC 3394, 2.2.2: decrypts A ^ t with R[i]. */
static bool unwrap_step(BCRYPT_KEY_HANDLE key, uint8_t a[HALF], uint8_t r[HALF], uint64_t t)
{
    uint8_t block[BLOCK];
    ULONG written = 0;
    memcpy(block, a, HALF);
    memcpy(block + HALF, r, HALF);
    for (int i = 0; i < HALF; i++)
        block[i] ^= (uint8_t)(t >> (8 * (HALF - 1 - i)));
    bool done = good(BCryptDecrypt(key, block, BLOCK, NULL, NULL, 0, block, BLOCK, &written, 0)) &&
                written == BLOCK;
    memcpy(a, block, HALF);
    memcpy(r, block + HALF, HALF);
    SecureZeroMemory(block, sizeof block);
    return done;
}

bool primitives_unwrap(const uint8_t kek[16], const uint8_t *wrapped, size_t length, uint8_t *out)
{
    BCRYPT_KEY_HANDLE key = NULL;
    uint8_t a[HALF], wrong = 0;
    size_t n = length / HALF - 1;
    if (length % HALF != 0 || length < 3 * HALF ||
        !good(BCryptGenerateSymmetricKey(aes, &key, NULL, 0, (PUCHAR)kek, 16, 0)))
        return false;
    memcpy(a, wrapped, HALF);
    memcpy(out, wrapped + HALF, n * HALF);
    bool done = true;
    for (uint64_t t = 6 * n; done && t > 0; t--)
        done = unwrap_step(key, a, out + (t - 1) % n * HALF, t);
    BCryptDestroyKey(key);
    for (int i = 0; i < HALF; i++)
        wrong |= a[i] ^ 0xa6;
    return done && wrong == 0;
}
