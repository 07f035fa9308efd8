// SPDX-License-Identifier: GPL-2.0-or-later
#include "port.h"

#include <string.h>

#include "api.h"
#include "keys.h"
#include "sends.h"

/* Limits of this DLL; no document gives any. */
#define HANDSHAKE_LIMIT_MS 8000u /* from PerformPostAssociate to the end of the handshake */
#define WEP_KEYS_LIMIT_MS 3000u  /* from the result of 802.1X to the second key handed out */
#define SENT_LIMIT_MS 3000u      /* from M4's SendPacket to its completion */

static const uint8_t ETHER_TYPE_EAPOL[2] = {0x88, 0x8e};

/* ---- phases ---- */

bool port_in_phase(Adapter *adapter, Phase phase)
{
    EnterCriticalSection(&adapter->lock);
    bool is = adapter->phase == phase;
    LeaveCriticalSection(&adapter->lock);
    return is;
}

bool port_claim_phase(Adapter *adapter, Phase from, Phase to)
{
    EnterCriticalSection(&adapter->lock);
    bool claimed = adapter->phase == from;
    if (claimed)
        adapter->phase = to;
    LeaveCriticalSection(&adapter->lock);
    return claimed;
}

/* ---- completions ---- */

static void complete_post(Adapter *adapter, Reason reason, DWORD error)
{
    HANDLE session = adapter->post.session;
    DOT11_MAC_ADDRESS peer;
    memcpy(peer, adapter->post.peer, sizeof peer);
    adapter->deadline_ms = 0;
    if (port_claim_phase(adapter, PHASE_POST_PENDING, PHASE_POST_DONE))
        api.Dot11ExtPostAssociateCompletion(adapter->service, session, &peer, reason, error);
}

/* A session that was completed before is told again what became of its port ("Performing a
 * Post-Association Operation": whenever the authentication state changes). */
void port_complete(Adapter *adapter, Reason reason, DWORD error)
{
    DOT11_MAC_ADDRESS peer;
    if (!port_in_phase(adapter, PHASE_POST_DONE)) {
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
        error = keys_set_pairwise(adapter->service, adapter->post.peer, h->pairwise,
                                  h->ptk + KCK_SIZE + KEK_SIZE);
    if (error == ERROR_SUCCESS && output->install_gtk)
        error = keys_set_group(adapter->service, adapter->post.peer, &h->gtk, output->gtk_rsc);
    if (error == ERROR_SUCCESS && output->install_igtk)
        error = keys_set_integrity(adapter->service, adapter->post.peer, &h->igtk);
    if (error == ERROR_SUCCESS)
        return;
    if (adapter->enterprise.renewed)
        port_complete(adapter, REASON_KEY_REFUSED, error);
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
    if (output->install_ptk || output->install_gtk || output->install_igtk) {
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

static void receive_handshake(Adapter *adapter, const uint8_t *frame, size_t size)
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
        /* With WPA the group key is the last one of the first handshake. */
        if (port_in_phase(adapter, PHASE_POST_PENDING) || adapter->enterprise.renewed)
            port_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
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

/* Of a key that was handed out; nothing is answered. The first one of each kind opens the port. */
static void receive_wep(Adapter *adapter, const uint8_t *frame, size_t size)
{
    WepKey key;
    if (!wep_eap_take(&adapter->wep, frame, size, &key))
        return;
    DWORD error = keys_set_wep(adapter->service, adapter->post.peer, &key);
    SecureZeroMemory(&key, sizeof key);
    bool awaited = port_in_phase(adapter, PHASE_POST_PENDING) || adapter->enterprise.renewed;
    if (awaited && error != ERROR_SUCCESS)
        port_complete(adapter, REASON_KEY_REFUSED, error);
    else if (awaited && adapter->wep.has_broadcast && adapter->wep.has_unicast)
        port_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
}

void port_receive(Adapter *adapter, const uint8_t *frame, size_t size)
{
    if (adapter->wep.wanted)
        receive_wep(adapter, frame, size);
    else
        receive_handshake(adapter, frame, size);
}

void port_sent(Adapter *adapter, HANDLE send)
{
    if (!adapter->install_pending || send != adapter->m4_send)
        return;
    adapter->install_pending = false;
    install(adapter, &adapter->pending);
    if (!adapter->pending.complete) { /* the group handshake follows */
        if (adapter->deadline_ms != 0)
            adapter->deadline_ms = GetTickCount64() + HANDSHAKE_LIMIT_MS;
        return;
    }
    if (port_in_phase(adapter, PHASE_POST_PENDING) || adapter->enterprise.renewed)
        port_complete(adapter, REASON_SUCCESS, ERROR_SUCCESS);
}

void port_start_handshake(Adapter *adapter, const uint8_t pmk[PMK_SIZE])
{
    const PostAssociation *post = &adapter->post;
    adapter->deadline_ms = GetTickCount64() + HANDSHAKE_LIMIT_MS;
    handshake_start(&adapter->handshake, post->peer, adapter->address, pmk, &post->own,
                    &post->beacon);
}

void port_start_wep(Adapter *adapter, const uint8_t first[MPPE_SIZE],
                    const uint8_t second[MPPE_SIZE])
{
    adapter->deadline_ms = GetTickCount64() + WEP_KEYS_LIMIT_MS;
    wep_eap_begin(&adapter->wep, first, second);
}

void port_clear(Adapter *adapter)
{
    handshake_wipe(&adapter->handshake);
    wep_eap_end(&adapter->wep);
    SecureZeroMemory(&adapter->post, sizeof adapter->post);
    SecureZeroMemory(&adapter->pending, sizeof adapter->pending);
    adapter->install_pending = false;
    adapter->deadline_ms = 0;
}
