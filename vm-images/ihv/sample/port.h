// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The port of one adapter: its keys, its handshake, and who may complete an operation when.
 *
 * All but port_in_phase and port_claim_phase belongs to the adapter's thread.
 */
#ifndef HIL_SAMPLE_PORT_H
#define HIL_SAMPLE_PORT_H

#include "adapter.h"

bool port_in_phase(Adapter *adapter, Phase phase);
/* Claims the right to complete: false if the operation was cancelled meanwhile. The phase moves
 * first, since the OS may call the next handler before the completion function returns. */
bool port_claim_phase(Adapter *adapter, Phase from, Phase to);

/* Completes the post-association. One that was completed before is told again what became of its
 * port: closed by an error, else opened anew. */
void port_complete(Adapter *adapter, Reason reason, DWORD error);

/* Waits for M1, and for the end of the handshake within this DLL's limit. */
void port_start_handshake(Adapter *adapter, const uint8_t pmk[PMK_SIZE]);
/* Waits for the keys of dynamic WEP, within a limit likewise; both halves of the MSK. */
void port_start_wep(Adapter *adapter, const uint8_t first[MPPE_SIZE],
                    const uint8_t second[MPPE_SIZE]);
/* An EAPOL-Key frame of the access point. */
void port_receive(Adapter *adapter, const uint8_t *frame, size_t size);
/* SendPacketCompletion: of M4, the keys follow it. */
void port_sent(Adapter *adapter, HANDLE send);
/* Forgets keys and handshake, and what was to follow. */
void port_clear(Adapter *adapter);

#endif
