// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Packets handed to Dot11ExtSendPacket: their memory stays as it is until the completion names
 * their handle ("Dot11ExtSendPacket", remarks).  SendPacketCompletion carries no adapter, so the
 * list is one for the process.
 */
#ifndef HIL_SAMPLE_SENDS_H
#define HIL_SAMPLE_SENDS_H

#include <stddef.h>
#include <stdint.h>
#include <windows.h>

void sends_open(void);
void sends_close(void);

/* A packet: peer, EtherType (bytes as they go out), payload. Returns its completion handle, which
 * is never used again, or NULL; *packet is what to send. */
HANDLE sends_add(HANDLE adapter, const uint8_t peer[6], const uint8_t ether_type[2],
                 const uint8_t *payload, size_t size, void **packet, size_t *packet_size);

/* Frees the packet; returns its adapter, or NULL if there is no such send. */
HANDLE sends_remove(HANDLE completion);

/* Frees what an adapter that goes away still has outstanding. */
void sends_forget(HANDLE adapter);

#endif
