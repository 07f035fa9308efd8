// SPDX-License-Identifier: GPL-2.0-or-later
#include "enterprise.h"

#include <wincrypt.h>

#include <string.h>

#include "api.h"
#include "port.h"

#define TYPE_EAP 0
#define TYPE_KEY 3
#define EAP_REQUEST 1
#define EAPOL_HEADER 4
/* Limit of this DLL, from StartOneX to the result: the OS has limits of its own. */
#define ONEX_LIMIT_MS 30000u

static bool take_key(SealedKey *out, const UCHAR *key, DWORD size)
{
    out->size = 0;
    if (key == NULL)
        return true;
    if (size > sizeof out->data)
        return false;
    memcpy(out->data, key, size);
    out->size = size;
    return true;
}

bool enterprise_take_result(OneXResult *out, DOT11_MSONEX_RESULT result,
                            const DOT11_MSONEX_RESULT_PARAMS *params)
{
    out->result = result;
    out->status = 0;
    out->first.size = out->second.size = 0;
    if (params == NULL)
        return true;
    out->status = params->Dot11OnexAuthStatus;
    /* On the peer's side the first half of the MSK is the send key ([MS-PEAP] 3.1.5.7), and the
     * PMK is that half (IEEE 802.11-2020 12.7.1.3). */
    return result != DOT11_MSONEX_SUCCESS ||
           (take_key(&out->first, params->pbMPPESendKey, params->dwMPPESendKeyLen) &&
            take_key(&out->second, params->pbMPPERecvKey, params->dwMPPERecvKeyLen));
}

typedef BOOL(WINAPI *UnprotectData)(DATA_BLOB *, LPWSTR *, DATA_BLOB *, PVOID, PVOID, DWORD,
                                    DATA_BLOB *);

/* crypt32 is loaded for the first result only: a passphrase needs nothing of it. */
static bool unseal(const SealedKey *key, uint8_t pmk[PMK_SIZE])
{
    UnprotectData unprotect;
    DATA_BLOB sealed = {(DWORD)key->size, (BYTE *)key->data};
    DATA_BLOB plain = {0, NULL};
    HMODULE library = LoadLibraryW(L"crypt32.dll");
    FARPROC found = library != NULL ? GetProcAddress(library, "CryptUnprotectData") : NULL;
    memcpy(&unprotect, &found, sizeof unprotect);
    if (found == NULL || key->size == 0 ||
        !unprotect(&sealed, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &plain))
        return false;
    bool whole = plain.cbData >= PMK_SIZE;
    if (whole)
        memcpy(pmk, plain.pbData, PMK_SIZE);
    SecureZeroMemory(plain.pbData, plain.cbData);
    LocalFree(plain.pbData);
    return whole;
}

static void forget_frames(Enterprise *enterprise)
{
    SecureZeroMemory(enterprise->cached, sizeof enterprise->cached);
    enterprise->cached_count = 0;
}

static bool start(Adapter *adapter)
{
    /* No attributes, in memory of the OS as it wants them: it frees them. */
    LPVOID attributes = NULL;
    DWORD error = api.Dot11ExtAllocateBuffer(sizeof(EAP_ATTRIBUTES), &attributes);
    if (error == ERROR_SUCCESS) {
        memset(attributes, 0, sizeof(EAP_ATTRIBUTES));
        error = api.Dot11ExtStartOneX(adapter->service, attributes);
    }
    adapter->enterprise.running = error == ERROR_SUCCESS;
    if (error == ERROR_SUCCESS)
        adapter->deadline_ms = GetTickCount64() + ONEX_LIMIT_MS;
    else
        port_complete(adapter, REASON_ONEX_REFUSED, error);
    return adapter->enterprise.running;
}

void enterprise_begin(Adapter *adapter)
{
    forget_frames(&adapter->enterprise);
    adapter->enterprise.renewed = false;
    start(adapter);
}

/* A key frame that overtakes the result waits for it; the oldest gives way. */
static void keep(Enterprise *enterprise, const uint8_t *frame, size_t size)
{
    if (size > EAPOL_MAX)
        return;
    if (enterprise->cached_count == ENTERPRISE_CACHED) {
        memmove(&enterprise->cached[0], &enterprise->cached[1],
                sizeof enterprise->cached - sizeof enterprise->cached[0]);
        enterprise->cached_count--;
    }
    CachedFrame *place = &enterprise->cached[enterprise->cached_count++];
    memcpy(place->data, frame, size);
    place->size = size;
}

/* The access point wants to authenticate again. After a result all EAPOL is the DLL's business,
 * so the OS is asked anew instead of just being given the packet. */
static bool begins_anew(Adapter *adapter, const uint8_t *frame, size_t size)
{
    return size > EAPOL_HEADER && frame[1] == TYPE_EAP && frame[EAPOL_HEADER] == EAP_REQUEST &&
           port_in_phase(adapter, PHASE_POST_DONE) && start(adapter);
}

bool enterprise_receive(Adapter *adapter, const uint8_t *frame, size_t size)
{
    Enterprise *enterprise = &adapter->enterprise;
    if (size < EAPOL_HEADER)
        return false;
    if (frame[1] == TYPE_KEY) {
        if (enterprise->running)
            keep(enterprise, frame, size);
        return enterprise->running;
    }
    /* From the version byte on, as Microsoft's sample has it. */
    if (enterprise->running || begins_anew(adapter, frame, size))
        api.Dot11ExtProcessSecurityPacket(adapter->service, (DWORD)size, (LPVOID)frame);
    return true;
}

static void take_pmk(Adapter *adapter, const uint8_t pmk[PMK_SIZE], const uint8_t second[MPPE_SIZE])
{
    adapter->enterprise.renewed = !port_in_phase(adapter, PHASE_POST_PENDING);
    if (adapter->wep.wanted)
        port_start_wep(adapter, pmk, second);
    else if (adapter->enterprise.renewed)
        handshake_new_pmk(&adapter->handshake, pmk);
    else
        port_start_handshake(adapter, pmk);
}

static void succeed(Adapter *adapter, const OneXResult *result)
{
    Enterprise *enterprise = &adapter->enterprise;
    uint8_t pmk[PMK_SIZE];
    uint8_t second[MPPE_SIZE] = {0};
    if (!unseal(&result->first, pmk) || (adapter->wep.wanted && !unseal(&result->second, second))) {
        port_complete(adapter, REASON_ONEX_NO_KEYS, ERROR_INVALID_DATA);
        return;
    }
    take_pmk(adapter, pmk, second);
    SecureZeroMemory(pmk, sizeof pmk);
    SecureZeroMemory(second, sizeof second);
    for (size_t i = 0; i < enterprise->cached_count; i++)
        port_receive(adapter, enterprise->cached[i].data, enterprise->cached[i].size);
    forget_frames(enterprise);
}

void enterprise_result(Adapter *adapter, const OneXResult *result)
{
    bool again = port_in_phase(adapter, PHASE_POST_DONE);
    adapter->enterprise.running = result->result == DOT11_MSONEX_IN_PROGRESS;
    switch (result->result) {
    case DOT11_MSONEX_SUCCESS:
        adapter->deadline_ms = 0;
        succeed(adapter, result);
        break;
    case DOT11_MSONEX_IN_PROGRESS:
        /* A new round: what came of the last one no longer counts, except the keys in use. */
        forget_frames(&adapter->enterprise);
        handshake_forget_pmk(&adapter->handshake);
        break;
    default:
        adapter->deadline_ms = 0;
        forget_frames(&adapter->enterprise);
        if (again)
            handshake_forget_pmk(&adapter->handshake);
        port_complete(adapter,
                        result->status == ONEX_AUTH_NO_AUTHENTICATOR ? REASON_NO_AUTHENTICATOR
                                                                     : REASON_ONEX_FAILED,
                        ERROR_ACCESS_DENIED);
        break;
    }
}

void enterprise_end(Adapter *adapter)
{
    if (adapter->enterprise.running)
        api.Dot11ExtStopOneX(adapter->service);
    SecureZeroMemory(&adapter->enterprise.cached, sizeof adapter->enterprise.cached);
    adapter->enterprise.cached_count = 0;
    adapter->enterprise.running = adapter->enterprise.renewed = false;
}
