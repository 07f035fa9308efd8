// SPDX-License-Identifier: GPL-2.0-or-later
#include "crypto.h"

#include <windows.h>

#include <bcrypt.h>
#include <string.h>

#define PBKDF2_ITERATIONS 4096
#define BLOCK 8
#define AES_BLOCK 16
#define ARC4_SKIPPED 256
#define SHA1_BLOCKS 4 /* make PTK_SIZE bytes, as two of SHA-256 do */

static BCRYPT_ALG_HANDLE hmac_sha1;
static BCRYPT_ALG_HANDLE hmac_md5;
static BCRYPT_ALG_HANDLE sha256;
static BCRYPT_ALG_HANDLE hmac_sha256;
static BCRYPT_ALG_HANDLE aes_ecb;

static bool use_aes_once(void)
{
    uint8_t zero[24] = {0};
    uint8_t out[16];
    BCRYPT_KEY_HANDLE key;
    ULONG done;
    if (!BCRYPT_SUCCESS(BCryptGenerateSymmetricKey(aes_ecb, &key, NULL, 0, zero, 16, 0)))
        return false;
    bool works = BCRYPT_SUCCESS(BCryptDecrypt(key, zero, 16, NULL, NULL, 0, out, 16, &done, 0));
    BCryptDestroyKey(key);
    return works;
}

bool crypto_open(void)
{
    bool opened =
        BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&hmac_sha1, BCRYPT_SHA1_ALGORITHM, NULL,
                                                   BCRYPT_ALG_HANDLE_HMAC_FLAG)) &&
        BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&hmac_md5, BCRYPT_MD5_ALGORITHM, NULL,
                                                   BCRYPT_ALG_HANDLE_HMAC_FLAG)) &&
        BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&sha256, BCRYPT_SHA256_ALGORITHM, NULL, 0)) &&
        BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&hmac_sha256, BCRYPT_SHA256_ALGORITHM, NULL,
                                                   BCRYPT_ALG_HANDLE_HMAC_FLAG)) &&
        BCRYPT_SUCCESS(BCryptOpenAlgorithmProvider(&aes_ecb, BCRYPT_AES_ALGORITHM, NULL, 0)) &&
        BCRYPT_SUCCESS(BCryptSetProperty(aes_ecb, BCRYPT_CHAINING_MODE,
                                         (PUCHAR)BCRYPT_CHAIN_MODE_ECB,
                                         sizeof BCRYPT_CHAIN_MODE_ECB, 0)) &&
        use_aes_once();
    if (!opened)
        crypto_close();
    return opened;
}

static void close_algorithm(BCRYPT_ALG_HANDLE *handle)
{
    if (*handle != NULL)
        BCryptCloseAlgorithmProvider(*handle, 0);
    *handle = NULL;
}

void crypto_close(void)
{
    close_algorithm(&hmac_sha1);
    close_algorithm(&hmac_md5);
    close_algorithm(&sha256);
    close_algorithm(&hmac_sha256);
    close_algorithm(&aes_ecb);
}

bool crypto_random(uint8_t *out, size_t size)
{
    return BCRYPT_SUCCESS(
        BCryptGenRandom(NULL, out, (ULONG)size, BCRYPT_USE_SYSTEM_PREFERRED_RNG));
}

static bool hash(BCRYPT_ALG_HANDLE algorithm, const void *key, size_t key_size, const void *data,
                 size_t size, uint8_t *out, size_t out_size)
{
    BCRYPT_HASH_HANDLE handle;
    if (!BCRYPT_SUCCESS(BCryptCreateHash(algorithm, &handle, NULL, 0, (PUCHAR)key,
                                         (ULONG)key_size, 0)))
        return false;
    bool done = BCRYPT_SUCCESS(BCryptHashData(handle, (PUCHAR)data, (ULONG)size, 0)) &&
                BCRYPT_SUCCESS(BCryptFinishHash(handle, out, (ULONG)out_size, 0));
    BCryptDestroyHash(handle);
    return done;
}

bool crypto_sha256(const void *data, size_t size, uint8_t out[SHA256_SIZE])
{
    return hash(sha256, NULL, 0, data, size, out, SHA256_SIZE);
}

bool crypto_pmk(const char *passphrase, size_t size, const uint8_t *ssid, size_t ssid_size,
                uint8_t pmk[PMK_SIZE])
{
    return BCRYPT_SUCCESS(BCryptDeriveKeyPBKDF2(hmac_sha1, (PUCHAR)passphrase, (ULONG)size,
                                                (PUCHAR)ssid, (ULONG)ssid_size,
                                                PBKDF2_ITERATIONS, pmk, PMK_SIZE, 0));
}

static uint8_t *put_ordered(uint8_t *out, const uint8_t *a, const uint8_t *b, size_t size)
{
    bool a_first = memcmp(a, b, size) < 0;
    memcpy(out, a_first ? a : b, size);
    memcpy(out + size, a_first ? b : a, size);
    return out + 2 * size;
}

/* PRF (12.7.1.2): label, NUL, context, block number; what is at `input` ends with room for it. */
static bool expand_sha1(const uint8_t pmk[PMK_SIZE], uint8_t *input, size_t size, uint8_t *output)
{
    bool done = true;
    for (uint8_t i = 0; i < SHA1_BLOCKS && done; i++) {
        input[size - 1] = i;
        done = hash(hmac_sha1, pmk, PMK_SIZE, input, size, output + i * SHA1_SIZE, SHA1_SIZE);
    }
    return done;
}

/* KDF (12.7.1.6.2): block number, label, context, length in bits; both numbers in two bytes. */
static bool expand_sha256(const uint8_t pmk[PMK_SIZE], uint8_t *input, size_t size, size_t wanted,
                          uint8_t *output)
{
    bool done = true;
    input[1] = 0;
    input[size - 2] = (uint8_t)(wanted * 8);
    input[size - 1] = (uint8_t)(wanted * 8 >> 8);
    for (uint8_t i = 0; i < 2 && done; i++) {
        input[0] = (uint8_t)(i + 1);
        done = hash(hmac_sha256, pmk, PMK_SIZE, input, size, output + i * SHA256_SIZE, SHA256_SIZE);
    }
    return done;
}

bool crypto_ptk(KeySuite suite, size_t tk_size, const uint8_t pmk[PMK_SIZE], const uint8_t aa[6],
                const uint8_t spa[6], const uint8_t anonce[NONCE_SIZE],
                const uint8_t snonce[NONCE_SIZE], uint8_t ptk[PTK_SIZE])
{
    static const char label[] = "Pairwise key expansion"; /* its NUL is the PRF's separator */
    const size_t separator = suite == SUITE_SHA256 ? 0 : 1; /* the KDF has none */
    uint8_t input[2 + sizeof label + 12 + 2 * NONCE_SIZE + 2];
    const size_t wanted = KCK_SIZE + KEK_SIZE + tk_size;
    uint8_t output[SHA1_BLOCKS * SHA1_SIZE];
    uint8_t *first = input + 2;

    memcpy(first, label, sizeof label);
    uint8_t *at = put_ordered(first + sizeof label - 1 + separator, aa, spa, 6);
    at = put_ordered(at, anonce, snonce, NONCE_SIZE);
    bool done = suite == SUITE_SHA256
                    ? expand_sha256(pmk, input, (size_t)(at + 2 - input), wanted, output)
                    : expand_sha1(pmk, first, (size_t)(at + 1 - first), output);
    memset(ptk, 0, PTK_SIZE);
    if (done)
        memcpy(ptk, output, wanted);
    SecureZeroMemory(output, sizeof output);
    return done;
}

/* Doubling in GF(2^128) (RFC 4493, 2.3). */
static void double_block(uint8_t block[AES_BLOCK])
{
    uint8_t carry = block[0] >> 7 ? 0x87 : 0;
    for (int i = 0; i < AES_BLOCK - 1; i++)
        block[i] = (uint8_t)(block[i] << 1 | block[i + 1] >> 7);
    block[AES_BLOCK - 1] = (uint8_t)(block[AES_BLOCK - 1] << 1) ^ carry;
}

static bool encrypt_block(BCRYPT_KEY_HANDLE key, uint8_t block[AES_BLOCK])
{
    ULONG done;
    return BCRYPT_SUCCESS(
        BCryptEncrypt(key, block, AES_BLOCK, NULL, NULL, 0, block, AES_BLOCK, &done, 0));
}

/* RFC 4493, 2.4. Windows 8 and later have BCRYPT_AES_CMAC_ALGORITHM; Wine has not. */
static bool aes_cmac(BCRYPT_KEY_HANDLE key, const uint8_t *data, size_t size, uint8_t mac[AES_BLOCK])
{
    uint8_t subkey[AES_BLOCK] = {0};
    bool done = encrypt_block(key, subkey);
    size_t whole = size == 0 ? 0 : (size - 1) / AES_BLOCK; /* blocks before the last */
    size_t rest = size - whole * AES_BLOCK;

    memset(mac, 0, AES_BLOCK);
    for (size_t i = 0; i < whole && done; i++, data += AES_BLOCK) {
        for (int k = 0; k < AES_BLOCK; k++)
            mac[k] ^= data[k];
        done = encrypt_block(key, mac);
    }
    double_block(subkey);
    if (rest < AES_BLOCK) {
        double_block(subkey);
        mac[rest] ^= 0x80;
    }
    for (size_t k = 0; k < rest; k++)
        mac[k] ^= data[k];
    for (int k = 0; k < AES_BLOCK; k++)
        mac[k] ^= subkey[k];
    SecureZeroMemory(subkey, sizeof subkey);
    return done && encrypt_block(key, mac);
}

static bool mic_cmac(const uint8_t kck[16], const void *data, size_t size, uint8_t mic[MIC_SIZE])
{
    BCRYPT_KEY_HANDLE key;
    if (!BCRYPT_SUCCESS(BCryptGenerateSymmetricKey(aes_ecb, &key, NULL, 0, (PUCHAR)kck, 16, 0)))
        return false;
    bool done = aes_cmac(key, data, size, mic);
    BCryptDestroyKey(key);
    return done;
}

bool crypto_mic(KeySuite suite, const uint8_t kck[16], const void *data, size_t size,
                uint8_t mic[MIC_SIZE])
{
    uint8_t digest[SHA1_SIZE];
    if (suite == SUITE_SHA256)
        return mic_cmac(kck, data, size, mic);
    if (suite == SUITE_WPA)
        return hash(hmac_md5, kck, KCK_SIZE, data, size, mic, MIC_SIZE);
    if (!hash(hmac_sha1, kck, 16, data, size, digest, sizeof digest))
        return false;
    memcpy(mic, digest, MIC_SIZE);
    return true;
}

static bool unwrap_blocks(BCRYPT_KEY_HANDLE key, uint8_t a[BLOCK], uint8_t *r, size_t n)
{
    for (int j = 5; j >= 0; j--) {
        for (size_t i = n; i >= 1; i--) {
            uint8_t block[2 * BLOCK];
            ULONG done;
            uint64_t t = n * (uint64_t)j + i;
            memcpy(block, a, BLOCK);
            for (int k = 0; k < BLOCK; k++)
                block[BLOCK - 1 - k] ^= (uint8_t)(t >> (8 * k));
            memcpy(block + BLOCK, r + (i - 1) * BLOCK, BLOCK);
            if (!BCRYPT_SUCCESS(BCryptDecrypt(key, block, sizeof block, NULL, NULL, 0, block,
                                              sizeof block, &done, 0)))
                return false;
            memcpy(a, block, BLOCK);
            memcpy(r + (i - 1) * BLOCK, block + BLOCK, BLOCK);
        }
    }
    return true;
}

bool crypto_unwrap(const uint8_t kek[16], const uint8_t *wrapped, size_t size, uint8_t *out)
{
    static const uint8_t initial[BLOCK] = {0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6, 0xa6};
    uint8_t a[BLOCK];
    BCRYPT_KEY_HANDLE key;

    if (size < 3 * BLOCK || size % BLOCK != 0)
        return false;
    if (!BCRYPT_SUCCESS(BCryptGenerateSymmetricKey(aes_ecb, &key, NULL, 0, (PUCHAR)kek, 16, 0)))
        return false;
    memcpy(a, wrapped, BLOCK);
    memcpy(out, wrapped + BLOCK, size - BLOCK);
    bool done = unwrap_blocks(key, a, out, size / BLOCK - 1);
    BCryptDestroyKey(key);
    if (done && crypto_equal(a, initial, BLOCK))
        return true;
    SecureZeroMemory(out, size - BLOCK);
    return false;
}

/* Of our own: under Wine CNG's ARC4 takes keys of 16 bytes only, and these have 32 and 48. The
 * first bytes of the stream are skipped; the key is wiped. */
static void arc4(uint8_t *key, size_t key_size, size_t skipped, const uint8_t *data, size_t size,
                 uint8_t *out)
{
    uint8_t state[256];
    uint8_t i = 0;
    uint8_t j = 0;
    for (int k = 0; k < 256; k++)
        state[k] = (uint8_t)k;
    for (size_t k = 0; k < 256; k++) {
        uint8_t one = state[k];
        j = (uint8_t)(j + one + key[k % key_size]);
        state[k] = state[j];
        state[j] = one;
    }
    j = 0;
    for (size_t at = 0; at < skipped + size; at++) {
        uint8_t one = state[++i];
        j = (uint8_t)(j + one);
        uint8_t other = state[j];
        state[i] = other;
        state[j] = one;
        if (at >= skipped)
            out[at - skipped] = data[at - skipped] ^ state[(uint8_t)(one + other)];
    }
    SecureZeroMemory(key, key_size);
    SecureZeroMemory(state, sizeof state);
}

void crypto_arc4(const uint8_t iv[KEY_IV_SIZE], const uint8_t kek[KEK_SIZE], const uint8_t *data,
                 size_t size, uint8_t *out)
{
    uint8_t key[KEY_IV_SIZE + KEK_SIZE];
    memcpy(key, iv, KEY_IV_SIZE);
    memcpy(key + KEY_IV_SIZE, kek, KEK_SIZE);
    arc4(key, sizeof key, ARC4_SKIPPED, data, size, out);
}

void crypto_rc4(const uint8_t iv[KEY_IV_SIZE], const uint8_t key[RC4_KEY_SIZE],
                const uint8_t *data, size_t size, uint8_t *out)
{
    uint8_t whole[KEY_IV_SIZE + RC4_KEY_SIZE];
    memcpy(whole, iv, KEY_IV_SIZE);
    memcpy(whole + KEY_IV_SIZE, key, RC4_KEY_SIZE);
    arc4(whole, sizeof whole, 0, data, size, out);
}

bool crypto_hmac_md5(const uint8_t *key, size_t key_size, const void *data, size_t size,
                     uint8_t mic[MIC_SIZE])
{
    return hash(hmac_md5, key, key_size, data, size, mic, MIC_SIZE);
}

bool crypto_equal(const void *a, const void *b, size_t size)
{
    const volatile uint8_t *x = a;
    const volatile uint8_t *y = b;
    uint8_t difference = 0;
    for (size_t i = 0; i < size; i++)
        difference |= x[i] ^ y[i];
    return difference == 0;
}
