// SPDX-License-Identifier: GPL-2.0-or-later
/* Algorithms, keys, and what is excluded without them. */
#include "framework.h"

#include "call.h"

static DWORD call_with_number(const char *name, HANDLE service, const char *parameter, DWORD value)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, name, service);
    jw_u64(&text, parameter, value);
    return call_finish(&text, id);
}

DWORD WINAPI api_SetAuthAlgorithm(HANDLE service, DWORD algorithm)
{
    return call_with_number("Dot11ExtSetAuthAlgorithm", service, "dwAuthAlgo", algorithm);
}

DWORD WINAPI api_SetUnicastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    return call_with_number("Dot11ExtSetUnicastCipherAlgorithm", service, "dwUnicastCipherAlgo",
                            cipher);
}

DWORD WINAPI api_SetMulticastCipherAlgorithm(HANDLE service, DWORD cipher)
{
    return call_with_number("Dot11ExtSetMulticastCipherAlgorithm", service,
                            "dwMulticastCipherAlgo", cipher);
}

DWORD WINAPI api_SetDefaultKeyId(HANDLE service, ULONG key_id)
{
    return call_with_number("Dot11ExtSetDefaultKeyId", service, "uDefaultKeyId", key_id);
}

DWORD WINAPI api_SetDefaultKey(HANDLE service, PDOT11_CIPHER_DEFAULT_KEY_VALUE key,
                               DOT11_DIRECTION direction)
{
    JsonWriter text;
    if (key == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSetDefaultKey", service);
    jw_object(&text, "pKey");
    jw_u64(&text, "uKeyIndex", key->uKeyIndex);
    jw_u64(&text, "AlgorithmId", (DWORD)key->AlgorithmId);
    jw_mac(&text, "MacAddr", key->MacAddr);
    jw_bool(&text, "bDelete", key->bDelete != 0);
    jw_bool(&text, "bStatic", key->bStatic != 0);
    jw_u64(&text, "usKeyLength", key->usKeyLength);
    jw_hex(&text, "ucKey", key->ucKey, key->bDelete ? 0 : key->usKeyLength);
    jw_end_object(&text);
    jw_u64(&text, "dot11Direction", (DWORD)direction);
    return call_finish(&text, id);
}

DWORD WINAPI api_SetKeyMappingKey(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    JsonWriter text;
    if (key == NULL)
        return ERROR_INVALID_PARAMETER;
    uint64_t id = call_begin(&text, "Dot11ExtSetKeyMappingKey", service);
    jw_object(&text, "pKey");
    jw_mac(&text, "PeerMacAddr", key->PeerMacAddr);
    jw_u64(&text, "AlgorithmId", (DWORD)key->AlgorithmId);
    jw_u64(&text, "Direction", (DWORD)key->Direction);
    jw_bool(&text, "bDelete", key->bDelete != 0);
    jw_bool(&text, "bStatic", key->bStatic != 0);
    jw_u64(&text, "usKeyLength", key->usKeyLength);
    jw_hex(&text, "ucKey", key->ucKey, key->bDelete ? 0 : key->usKeyLength);
    jw_end_object(&text);
    return call_finish(&text, id);
}

DWORD WINAPI api_SetExcludeUnencrypted(HANDLE service, BOOL exclude)
{
    JsonWriter text;
    uint64_t id = call_begin(&text, "Dot11ExtSetExcludeUnencrypted", service);
    jw_bool(&text, "bExcludeUnencrypted", exclude != FALSE);
    return call_finish(&text, id);
}
