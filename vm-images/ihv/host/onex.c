// SPDX-License-Identifier: GPL-2.0-or-later
#include "onex.h"

#include <wincrypt.h>

#include <string.h>

#define MAX_KEY 256u

typedef BOOL(WINAPI *ProtectData)(DATA_BLOB *, LPCWSTR, DATA_BLOB *, PVOID, PVOID, DWORD,
                                  DATA_BLOB *);

/* crypt32 is loaded when there is a first key: no other connection shall wait for it. */
static ProtectData find_protect(void)
{
    static ProtectData protect;
    HMODULE library = protect == NULL ? LoadLibraryW(L"crypt32.dll") : NULL;
    FARPROC found = library != NULL ? GetProcAddress(library, "CryptProtectData") : NULL;
    if (found != NULL)
        memcpy(&protect, &found, sizeof protect);
    return protect;
}

static bool protect_key(Guarded *out, DWORD *size, void *key, size_t key_size)
{
    ProtectData protect = find_protect();
    DATA_BLOB plain = {(DWORD)key_size, key};
    DATA_BLOB sealed = {0, NULL};
    if (protect == NULL ||
        !protect(&plain, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &sealed))
        return false;
    *out = guarded_copy(sealed.pbData, sealed.cbData, 1);
    *size = sealed.cbData;
    LocalFree(sealed.pbData);
    return out->data != NULL;
}

void onex_prepare(void)
{
    static bool prepared;
    uint8_t nothing[16] = {0};
    DWORD size = 0;
    Guarded sealed = {NULL, NULL};
    if (!prepared)
        prepared = protect_key(&sealed, &size, nothing, sizeof nothing);
    guarded_free(&sealed);
}

/* A key or none. */
static bool read_key(Guarded *out, PBYTE *pointer, DWORD *size, const JsonDocument *d, int index)
{
    uint8_t key[MAX_KEY];
    size_t key_size = 0;
    if (index == JSON_NONE)
        return true;
    bool valid = json_hex_size(d, index) <= sizeof key &&
                 json_hex(d, index, key, sizeof key, &key_size) &&
                 protect_key(out, size, key, key_size);
    SecureZeroMemory(key, sizeof key);
    *pointer = out->data;
    return valid;
}

static bool read_eap(OnexResult *result, const JsonDocument *d, int index)
{
    uint32_t reason;
    DOT11_EAP_RESULT eap;
    if (index == JSON_NONE)
        return true;
    if (!json_u32(d, index, &reason))
        return false;
    memset(&eap, 0, sizeof eap);
    eap.dwFailureReasonCode = reason;
    result->eap = guarded_copy(&eap, sizeof eap, 8);
    return result->eap.data != NULL;
}

bool onex_read(OnexResult *result, const JsonDocument *d, int index)
{
    uint32_t status;
    uint32_t reason;
    memset(result, 0, sizeof *result);
    if (index == JSON_NONE || json_is_null(d, index))
        return true;
    result->params = guarded_new(sizeof(DOT11_MSONEX_RESULT_PARAMS), 8);
    PDOT11_MSONEX_RESULT_PARAMS params = result->params.data;
    if (params == NULL || !json_u32(d, json_member(d, index, "auth_status"), &status) ||
        !json_u32(d, json_member(d, index, "reason"), &reason) ||
        !read_key(&result->send_key, &params->pbMPPESendKey, &params->dwMPPESendKeyLen, d,
                  json_member(d, index, "send_key")) ||
        !read_key(&result->recv_key, &params->pbMPPERecvKey, &params->dwMPPERecvKeyLen, d,
                  json_member(d, index, "recv_key")) ||
        !read_eap(result, d, json_member(d, index, "eap_reason")))
        return false;
    params->Dot11OnexAuthStatus = status;
    params->Dot11OneXReasonCode = reason;
    params->pDot11EapResult = result->eap.data;
    return true;
}

void onex_free(OnexResult *result)
{
    guarded_free(&result->params);
    guarded_free(&result->send_key);
    guarded_free(&result->recv_key);
    guarded_free(&result->eap);
}
