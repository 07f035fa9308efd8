// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "adapter.h"
#include "api.h"
#include "extras.h"
#include "keys.h"
#include "port.h"
#include "text.h"

#define MAX_WAITING 64
/* What only our driver knows (bit 31): an open network, in the eyes of everybody else. */
#define VENDOR_AUTH (DOT11_AUTH_ALGO_IHV_START + 1u)
#define VENDOR_CIPHER (DOT11_CIPHER_ALGO_IHV_START + 1u)

/* ---- queue ---- */

Job *engine_new_job(JobKind kind)
{
    Job *job = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof *job);
    if (job != NULL)
        job->kind = kind;
    return job;
}

void engine_free_job(Job *job)
{
    if (job == NULL)
        return;
    SecureZeroMemory(job, sizeof *job);
    HeapFree(GetProcessHeap(), 0, job);
}

bool engine_queue(Adapter *adapter, Job *job)
{
    if (adapter->waiting >= MAX_WAITING)
        return false;
    job->next = NULL;
    if (adapter->last != NULL)
        adapter->last->next = job;
    else
        adapter->first = job;
    adapter->last = job;
    adapter->waiting++;
    SetEvent(adapter->wake);
    return true;
}

static Job *take(Adapter *adapter)
{
    EnterCriticalSection(&adapter->lock);
    Job *job = adapter->first;
    if (job != NULL) {
        adapter->first = job->next;
        if (adapter->first == NULL)
            adapter->last = NULL;
        adapter->waiting--;
    }
    LeaveCriticalSection(&adapter->lock);
    return job;
}

/* ---- pre-association ---- */

static bool derive_pmk(Adapter *adapter, const PreAssociation *pre)
{
    struct {
        DOT11_SSID ssid;
        char passphrase[PSK_DIGITS + 1];
    } source;
    uint8_t hash[SHA256_SIZE];
    memset(&source, 0, sizeof source);
    source.ssid.uSSIDLength = pre->ssid.uSSIDLength;
    memcpy(source.ssid.ucSSID, pre->ssid.ucSSID, pre->ssid.uSSIDLength);
    memcpy(source.passphrase, pre->profile.passphrase, sizeof source.passphrase);
    bool known = crypto_sha256(&source, sizeof source, hash) && adapter->has_pmk &&
                 crypto_equal(hash, adapter->pmk_of, sizeof hash);
    SecureZeroMemory(&source, sizeof source);
    if (known)
        return true;
    size_t size = 0;
    adapter->has_pmk =
        pre->profile.passphrase_size == PSK_DIGITS
            ? text_hex_decode(pre->profile.passphrase, PSK_DIGITS, adapter->pmk, PMK_SIZE, &size)
            : crypto_pmk(pre->profile.passphrase, pre->profile.passphrase_size, pre->ssid.ucSSID,
                         pre->ssid.uSSIDLength, adapter->pmk);
    memcpy(adapter->pmk_of, hash, sizeof hash);
    return adapter->has_pmk;
}

static bool pre_association_wanted(void *adapter)
{
    return port_in_phase(adapter, PHASE_PRE_PENDING);
}

/* Of an association with a handshake. */
static DOT11_AUTH_ALGORITHM algorithm_of(const SecurityProfile *p)
{
    if (p->wpa)
        return p->enterprise ? DOT11_AUTH_ALGO_WPA : DOT11_AUTH_ALGO_WPA_PSK;
    return p->enterprise ? DOT11_AUTH_ALGO_RSNA : DOT11_AUTH_ALGO_RSNA_PSK;
}

static DWORD prepare(Adapter *adapter, const PreAssociation *pre)
{
    const SecurityProfile *p = &pre->profile;
    if (profile_has_handshake(p))
        return keys_prepare(adapter->service, algorithm_of(p), &pre->beacon,
                            pre_association_wanted, adapter);
    if (p->dynamic_wep)
        return keys_prepare_wep_eap(adapter->service, pre_association_wanted, adapter);
    if (p->open)
        return keys_prepare_bare(adapter->service,
                                 p->vendor_values ? VENDOR_AUTH : DOT11_AUTH_ALGO_80211_OPEN,
                                 p->vendor_values ? VENDOR_CIPHER : DOT11_CIPHER_ALGO_NONE,
                                 pre_association_wanted, adapter);
    DWORD auth = p->shared_key ? DOT11_AUTH_ALGO_80211_SHARED_KEY : DOT11_AUTH_ALGO_80211_OPEN;
    DWORD error = keys_prepare_bare(adapter->service, auth, DOT11_CIPHER_ALGO_WEP,
                                    pre_association_wanted, adapter);
    if (error != ERROR_SUCCESS)
        return error;
    return keys_prepare_wep(adapter->service, p->wep_key, p->wep_size, pre_association_wanted,
                            adapter);
}

static void run_pre_associate(Adapter *adapter, const PreAssociation *pre)
{
    Reason reason = REASON_SUCCESS;
    DWORD error = prepare(adapter, pre);
    adapter->enterprise.wanted = pre->profile.enterprise;
    adapter->wep.wanted = pre->profile.dynamic_wep;
    if (error != ERROR_SUCCESS) {
        reason = REASON_KEY_REFUSED;
    } else if (!adapter->has_address) {
        adapter->has_address = keys_own_address(&adapter->guid, adapter->address);
        if (!adapter->has_address) {
            error = ERROR_NOT_FOUND;
            reason = REASON_INTERNAL;
        }
    }
    if (error == ERROR_SUCCESS && pre->profile.passphrase_size != 0 && !derive_pmk(adapter, pre)) {
        error = ERROR_INTERNAL_ERROR;
        reason = REASON_INTERNAL;
    }
    if (error == ERROR_SUCCESS)
        extras_run(adapter->service, &adapter->guid, pre->profile.extras);
    if (!port_claim_phase(adapter, PHASE_PRE_PENDING, error == ERROR_SUCCESS ? PHASE_PRE_DONE : PHASE_IDLE))
        return;
    api.Dot11ExtPreAssociateCompletion(adapter->service, pre->session, reason, error);
}

/* ---- post-association ---- */

/* Only the port's peer is the Authenticator: its address goes into the PTK (IEEE 802.11-2020
 * 12.7.1.3), and M1 of anybody else would put another nonce in the place of the right one. */
static void run_receive(Adapter *adapter, const Job *job)
{
    if (memcmp(job->source, adapter->post.peer, sizeof job->source) != 0)
        return;
    if (!adapter->enterprise.wanted || !enterprise_receive(adapter, job->frame, job->size))
        port_receive(adapter, job->frame, job->size);
}

static void run_post_associate(Adapter *adapter, const PostAssociation *post)
{
    adapter->post = *post;
    adapter->install_pending = false;
    if (adapter->enterprise.wanted)
        enterprise_begin(adapter);
    else if (post->open)
        port_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
    else
        port_start_handshake(adapter, adapter->pmk);
}

static void clear_port(Adapter *adapter)
{
    enterprise_end(adapter);
    port_clear(adapter);
}

/* ---- stop and reset ---- */

static void run_stop(Adapter *adapter, const Job *job)
{
    clear_port(adapter);
    SetEvent(job->finished);
}

/* Pending operations end with ERROR_CANCELLED ("802.11 WLAN Adapter Reset"). */
static void run_reset(Adapter *adapter, const Job *job)
{
    if (job->before == PHASE_PRE_PENDING)
        api.Dot11ExtPreAssociateCompletion(adapter->service, job->session, REASON_CANCELLED,
                                           ERROR_CANCELLED);
    if (job->before == PHASE_POST_PENDING)
        api.Dot11ExtPostAssociateCompletion(adapter->service, job->session, NULL,
                                            REASON_CANCELLED, ERROR_CANCELLED);
    clear_port(adapter);
    extras_cancel(adapter->service);
    SetEvent(job->finished);
}

/* ---- the thread ---- */

static DWORD time_left(const Adapter *adapter)
{
    ULONGLONG now = GetTickCount64();
    if (adapter->deadline_ms == 0)
        return INFINITE;
    return adapter->deadline_ms > now ? (DWORD)(adapter->deadline_ms - now) : 0;
}

static void check_deadline(Adapter *adapter)
{
    if (adapter->deadline_ms != 0 && GetTickCount64() >= adapter->deadline_ms)
        port_complete(adapter, REASON_HANDSHAKE_TIMEOUT, ERROR_TIMEOUT);
}

static void run_job(Adapter *adapter, const Job *job)
{
    switch (job->kind) {
    case JOB_PRE_ASSOCIATE:
        run_pre_associate(adapter, &job->pre);
        break;
    case JOB_POST_ASSOCIATE:
        run_post_associate(adapter, &job->post);
        break;
    case JOB_RECEIVE:
        run_receive(adapter, job);
        break;
    case JOB_ONEX_RESULT:
        enterprise_result(adapter, &job->onex);
        break;
    case JOB_SENT:
        port_sent(adapter, job->send);
        break;
    case JOB_STOP:
        run_stop(adapter, job);
        break;
    case JOB_RESET:
        run_reset(adapter, job);
        break;
    case JOB_EXIT:
        break;
    }
}

DWORD WINAPI engine_main(LPVOID context)
{
    Adapter *adapter = context;
    bool leaving = false;
    while (!leaving) {
        Job *job = take(adapter);
        if (job == NULL) {
            WaitForSingleObject(adapter->wake, time_left(adapter));
        } else {
            leaving = job->kind == JOB_EXIT;
            run_job(adapter, job);
            engine_free_job(job);
        }
        if (!leaving)
            check_deadline(adapter);
    }
    return 0;
}
