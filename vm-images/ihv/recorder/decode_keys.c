// SPDX-License-Identifier: GPL-2.0-or-later
/* Keys: everything about them but their bytes, which are written as length and salted hash. */
#include "decode.h"
#include "decode_parts.h"
#include "safe_copy.h"
#include "trace.h"

/* The part of a nested key that lies inside usKeyLength, or that it is not all there. */
static void inner_key(JsonWriter *w, const char *name, const uint8_t *key, size_t left, ULONG length)
{
    if (length <= left) {
        trace_secret(w, name, key, length);
        return;
    }
    jw_object(w, name);
    jw_bool(w, "out_of_bounds", true);
    jw_end_object(w);
}

/* The sequence counter of a nested key is no secret; `counter` is its member name. */
static void nested(JsonWriter *w, const char *type, const char *counter, const uint8_t bytes[6])
{
    jw_object(w, type);
    jw_hex(w, counter, bytes, 6);
}

/* What a nested structure is called, and its members; all but TKIP's are laid out alike. */
typedef struct Nested {
    DWORD algorithm;
    const char *type;
    const char *counter;
    const char *length;
    const char *key;
} Nested;

static const Nested NESTED[] = {
    {DOT11_CIPHER_ALGO_CCMP, "DOT11_KEY_ALGO_CCMP", "ucIV48Counter", "ulCCMPKeyLength",
     "ucCCMPKey"},
    {DOT11_CIPHER_ALGO_GCMP_VALUE, "DOT11_KEY_ALGO_GCMP", "ucIV48Counter", "ulGCMPKeyLength",
     "ucGCMPKey"},
    {DOT11_CIPHER_ALGO_GCMP_256_VALUE, "DOT11_KEY_ALGO_GCMP_256", "ucIV48Counter",
     "ulGCMP256KeyLength", "ucGCMP256Key"},
    {DOT11_CIPHER_ALGO_BIP_VALUE, "DOT11_KEY_ALGO_BIP", "ucIPN", "ulBIPKeyLength", "ucBIPKey"},
    {DOT11_CIPHER_ALGO_BIP_GMAC_256_VALUE, "DOT11_KEY_ALGO_BIP_GMAC_256", "ucIPN",
     "ulBIPGmac256KeyLength", "ucBIPGmac256Key"},
};

static void one_key(JsonWriter *w, const Nested *names, const uint8_t *key, size_t size)
{
    const DOT11_KEY_ALGO_CCMP *k = (const DOT11_KEY_ALGO_CCMP *)key;
    size_t fixed = offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey);
    nested(w, names->type, names->counter, k->ucIV48Counter);
    jw_u64(w, names->length, k->ulCCMPKeyLength);
    inner_key(w, names->key, key + fixed, size - fixed, k->ulCCMPKeyLength);
    jw_end_object(w);
}

static void tkip(JsonWriter *w, const uint8_t *key, size_t size)
{
    const DOT11_KEY_ALGO_TKIP_MIC *k = (const DOT11_KEY_ALGO_TKIP_MIC *)key;
    size_t fixed = offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys);
    ULONG both = k->ulTKIPKeyLength + k->ulMICKeyLength;
    if (both < k->ulTKIPKeyLength)
        both = MAXDWORD; /* the sum of two hostile lengths */
    nested(w, "DOT11_KEY_ALGO_TKIP_MIC", "ucIV48Counter", k->ucIV48Counter);
    jw_u64(w, "ulTKIPKeyLength", k->ulTKIPKeyLength);
    jw_u64(w, "ulMICKeyLength", k->ulMICKeyLength);
    inner_key(w, "ucTKIPMICKeys", key + fixed, size - fixed, both);
    jw_end_object(w);
}

static const Nested *names_of(DWORD algorithm)
{
    for (size_t i = 0; i < sizeof NESTED / sizeof NESTED[0]; i++) {
        if (NESTED[i].algorithm == algorithm)
            return &NESTED[i];
    }
    return NULL;
}

/* The key as a whole, and the structure its algorithm nests in it. */
static void key_bytes(JsonWriter *w, DWORD algorithm, const uint8_t *key, USHORT size)
{
    const Nested *names = names_of(algorithm);
    bool tkip_key = algorithm == DOT11_CIPHER_ALGO_TKIP;
    size_t fixed = tkip_key ? offsetof(DOT11_KEY_ALGO_TKIP_MIC, ucTKIPMICKeys)
                            : offsetof(DOT11_KEY_ALGO_CCMP, ucCCMPKey);
    decode_secret(w, "ucKey", key, size);
    if ((names == NULL && !tkip_key) || size < fixed)
        return;
    uint8_t *copy = safe_duplicate(key, size);
    if (copy == NULL)
        return;
    if (tkip_key)
        tkip(w, copy, size);
    else
        one_key(w, names, copy, size);
    decode_release(copy, size);
}

void decode_default_key(JsonWriter *w, const char *name, const DOT11_CIPHER_DEFAULT_KEY_VALUE *key)
{
    DOT11_CIPHER_DEFAULT_KEY_VALUE copy;
    size_t fixed = offsetof(DOT11_CIPHER_DEFAULT_KEY_VALUE, ucKey);
    if (!decode_begin(w, name, key, &copy, fixed))
        return;
    decode_header(w, &copy.Header);
    jw_u64(w, "uKeyIndex", copy.uKeyIndex);
    jw_u64(w, "AlgorithmId", (DWORD)copy.AlgorithmId);
    jw_mac(w, "MacAddr", copy.MacAddr);
    jw_u64(w, "bDelete", copy.bDelete);
    jw_u64(w, "bStatic", copy.bStatic);
    jw_u64(w, "usKeyLength", copy.usKeyLength);
    key_bytes(w, (DWORD)copy.AlgorithmId, (const uint8_t *)key + fixed,
              copy.bDelete ? 0 : copy.usKeyLength);
    decode_end(w, &copy, sizeof copy);
}

void decode_mapping_key(JsonWriter *w, const char *name,
                        const DOT11_CIPHER_KEY_MAPPING_KEY_VALUE *key)
{
    DOT11_CIPHER_KEY_MAPPING_KEY_VALUE copy;
    size_t fixed = offsetof(DOT11_CIPHER_KEY_MAPPING_KEY_VALUE, ucKey);
    if (!decode_begin(w, name, key, &copy, fixed))
        return;
    jw_mac(w, "PeerMacAddr", copy.PeerMacAddr);
    jw_u64(w, "AlgorithmId", (DWORD)copy.AlgorithmId);
    jw_u64(w, "Direction", (DWORD)copy.Direction);
    jw_u64(w, "bDelete", copy.bDelete);
    jw_u64(w, "bStatic", copy.bStatic);
    jw_u64(w, "usKeyLength", copy.usKeyLength);
    key_bytes(w, (DWORD)copy.AlgorithmId, (const uint8_t *)key + fixed,
              copy.bDelete ? 0 : copy.usKeyLength);
    decode_end(w, &copy, sizeof copy);
}

void decode_ap_properties(JsonWriter *w, const char *name,
                          const DOT11EXT_VIRTUAL_STATION_AP_PROPERTY *list, DWORD count)
{
    DOT11EXT_VIRTUAL_STATION_AP_PROPERTY p;
    if (count != 0 && !safe_copy(&p, list, sizeof p)) {
        decode_unreadable(w, name, list);
        return;
    }
    jw_array(w, name);
    for (DWORD i = 0; i < count && i < MAX_LIST; i++) {
        if (!decode_begin(w, NULL, &list[i], &p, sizeof p))
            break;
        decode_ssid(w, "dot11SSID", &p.dot11SSID);
        jw_u64(w, "dot11AuthAlgo", (DWORD)p.dot11AuthAlgo);
        jw_u64(w, "dot11CipherAlgo", (DWORD)p.dot11CipherAlgo);
        jw_i64(w, "bIsPassPhrase", p.bIsPassPhrase);
        jw_u64(w, "dwKeyLength", p.dwKeyLength);
        trace_secret(w, "ucKeyData", p.ucKeyData, sizeof p.ucKeyData);
        decode_end(w, &p, sizeof p);
    }
    jw_end_array(w);
    SecureZeroMemory(&p, sizeof p);
}
