// SPDX-License-Identifier: GPL-2.0-or-later
#include <string.h>

#include "adapter.h"
#include "extras.h"
#include "keys.h"
#include "layer.h"
#include "sends.h"

#define MAX_WAITING 64
/* Limits of this DLL; no document gives any. */
#define HANDSHAKE_LIMIT_MS 8000u /* from PerformPostAssociate to the end of the handshake */
#define SENT_LIMIT_MS 3000u      /* from M4's SendPacket to its completion */

static const uint8_t ETHER_TYPE_EAPOL[2] = {0x88, 0x8e};

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

/* ---- phases ---- */

bool engine_in_phase(Adapter *adapter, Phase phase)
{
    EnterCriticalSection(&adapter->lock);
    bool is = adapter->phase == phase;
    LeaveCriticalSection(&adapter->lock);
    return is;
}

/* Claims the right to complete: false if the operation was cancelled meanwhile. The phase moves
 * first, since the OS may call the next handler before the completion function returns. */
static bool claim(Adapter *adapter, Phase from, Phase to)
{
    EnterCriticalSection(&adapter->lock);
    bool claimed = adapter->phase == from;
    if (claimed)
        adapter->phase = to;
    LeaveCriticalSection(&adapter->lock);
    return claimed;
}

/* ---- pre-association ---- */

static bool derive_pmk(Adapter *adapter, const PreAssociation *pre)
{
    struct {
        DOT11_SSID ssid;
        char passphrase[PASSPHRASE_MAX + 1];
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
    adapter->has_pmk = crypto_pmk(pre->profile.passphrase, pre->profile.passphrase_size,
                                  pre->ssid.ucSSID, pre->ssid.uSSIDLength, adapter->pmk);
    memcpy(adapter->pmk_of, hash, sizeof hash);
    return adapter->has_pmk;
}

static bool pre_association_wanted(void *adapter)
{
    return engine_in_phase(adapter, PHASE_PRE_PENDING);
}

static void run_pre_associate(Adapter *adapter, const PreAssociation *pre)
{
    Reason reason = REASON_SUCCESS;
    DWORD error = pre->profile.open
                      ? keys_prepare_open(adapter->service, pre_association_wanted, adapter)
                      : keys_prepare(adapter->service,
                                     pre->profile.enterprise ? DOT11_AUTH_ALGO_RSNA
                                                             : DOT11_AUTH_ALGO_RSNA_PSK,
                                     pre_association_wanted, adapter);
    adapter->enterprise.wanted = pre->profile.enterprise;
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
    if (!claim(adapter, PHASE_PRE_PENDING, error == ERROR_SUCCESS ? PHASE_PRE_DONE : PHASE_IDLE))
        return;
    api.Dot11ExtPreAssociateCompletion(adapter->service, pre->session, reason, error);
}

/* ---- post-association ---- */

static void complete_post(Adapter *adapter, Reason reason, DWORD error)
{
    HANDLE session = adapter->post.session;
    DOT11_MAC_ADDRESS peer;
    memcpy(peer, adapter->post.peer, sizeof peer);
    adapter->deadline_ms = 0;
    if (claim(adapter, PHASE_POST_PENDING, PHASE_POST_DONE))
        api.Dot11ExtPostAssociateCompletion(adapter->service, session, &peer, reason, error);
}

/* A session that was completed before is told again what became of its port ("Performing a
 * Post-Association Operation": whenever the authentication state changes). */
void engine_complete(Adapter *adapter, Reason reason, DWORD error)
{
    DOT11_MAC_ADDRESS peer;
    if (!engine_in_phase(adapter, PHASE_POST_DONE)) {
        complete_post(adapter, reason, error);
        return;
    }
    memcpy(peer, adapter->post.peer, sizeof peer);
    adapter->deadline_ms = 0;
    adapter->enterprise.renewed = false;
    api.Dot11ExtPostAssociateCompletion(adapter->service, adapter->post.session, &peer, reason,
                                        error);
}

static void install(Adapter *adapter, const HandshakeOutput *output)
{
    const Handshake *h = &adapter->handshake;
    DWORD error = ERROR_SUCCESS;
    if (output->install_ptk)
        error = keys_set_pairwise(adapter->service, adapter->post.peer, h->ptk + 32);
    if (error == ERROR_SUCCESS && output->install_gtk)
        error = keys_set_group(adapter->service, adapter->post.peer, &h->gtk, output->gtk_rsc);
    if (error == ERROR_SUCCESS)
        return;
    if (adapter->enterprise.renewed)
        engine_complete(adapter, REASON_KEY_REFUSED, error);
    else
        complete_post(adapter, REASON_KEY_REFUSED, error);
}

static DWORD send_frame(Adapter *adapter, const HandshakeOutput *out, HANDLE *completion)
{
    void *packet;
    size_t size;
    *completion = sends_add(adapter->handle, adapter->post.peer, ETHER_TYPE_EAPOL, out->frame,
                            out->size, &packet, &size);
    if (*completion == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    DWORD error = api.Dot11ExtSendPacket(adapter->service, (ULONG)size, packet, *completion);
    if (error != ERROR_SUCCESS)
        sends_remove(*completion); /* no completion will come */
    return error;
}

/* M4 first; the keys follow when it has been sent, as M4 itself still goes in the clear. */
static void send_m4(Adapter *adapter, const HandshakeOutput *output)
{
    HANDLE send;
    DWORD error = send_frame(adapter, output, &send);
    if (output->install_ptk || output->install_gtk) {
        adapter->install_pending = true;
        adapter->pending = *output;
    }
    if (!adapter->install_pending)
        return;
    if (error != ERROR_SUCCESS) {
        adapter->install_pending = false;
        complete_post(adapter, REASON_SEND_FAILED, error);
        return;
    }
    adapter->m4_send = send;
    if (adapter->deadline_ms != 0)
        adapter->deadline_ms = GetTickCount64() + SENT_LIMIT_MS;
}

void engine_handshake(Adapter *adapter, const uint8_t *frame, size_t size)
{
    HandshakeOutput output;
    HANDLE send;
    handshake_receive(&adapter->handshake, frame, size, &output);
    switch (output.message) {
    case HANDSHAKE_M2:
        send_frame(adapter, &output, &send); /* lost: the AP repeats M1 */
        break;
    case HANDSHAKE_M4:
        send_m4(adapter, &output);
        break;
    case HANDSHAKE_G2:
        install(adapter, &output);
        send_frame(adapter, &output, &send);
        break;
    case HANDSHAKE_RSNE_MISMATCH:
        complete_post(adapter, REASON_RSNE_MISMATCH, ERROR_ACCESS_DENIED);
        break;
    case HANDSHAKE_BROKEN:
        complete_post(adapter, REASON_INTERNAL, ERROR_INTERNAL_ERROR);
        break;
    case HANDSHAKE_NOTHING:
        break;
    }
    SecureZeroMemory(&output, sizeof output);
}

static void run_receive(Adapter *adapter, const uint8_t *frame, size_t size)
{
    if (!adapter->enterprise.wanted || !enterprise_receive(adapter, frame, size))
        engine_handshake(adapter, frame, size);
}

static void run_sent(Adapter *adapter, HANDLE send)
{
    if (!adapter->install_pending || send != adapter->m4_send)
        return;
    adapter->install_pending = false;
    install(adapter, &adapter->pending);
    if (engine_in_phase(adapter, PHASE_POST_PENDING) || adapter->enterprise.renewed)
        engine_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
}

void engine_start_handshake(Adapter *adapter, const uint8_t pmk[PMK_SIZE])
{
    const PostAssociation *post = &adapter->post;
    adapter->deadline_ms = GetTickCount64() + HANDSHAKE_LIMIT_MS;
    handshake_start(&adapter->handshake, post->peer, adapter->address, pmk, &post->own,
                    &post->beacon);
}

static void run_post_associate(Adapter *adapter, const PostAssociation *post)
{
    adapter->post = *post;
    adapter->install_pending = false;
    if (adapter->enterprise.wanted)
        enterprise_begin(adapter);
    else if (post->open)
        engine_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
    else
        engine_start_handshake(adapter, adapter->pmk);
}

static void clear_port(Adapter *adapter)
{
    enterprise_end(adapter);
    handshake_wipe(&adapter->handshake);
    SecureZeroMemory(&adapter->post, sizeof adapter->post);
    SecureZeroMemory(&adapter->pending, sizeof adapter->pending);
    adapter->install_pending = false;
    adapter->deadline_ms = 0;
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
        engine_complete(adapter, REASON_HANDSHAKE_TIMEOUT, ERROR_TIMEOUT);
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
        run_receive(adapter, job->frame, job->size);
        break;
    case JOB_ONEX_RESULT:
        enterprise_result(adapter, &job->onex);
        break;
    case JOB_SENT:
        run_sent(adapter, job->send);
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
