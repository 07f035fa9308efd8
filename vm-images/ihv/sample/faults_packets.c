// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults of packets sent and received (TX, RX). */
#include <string.h>

#include "fault_state.h"
#include "faults.h"

#define HEADER 8 /* destination, EtherType */
#define EAPOL_HEADER 4
#define OWN_HANDLE ((HANDLE)0xbad00001u) /* never one of sends.c */
#define MAX_PACKET 2048u

static uint8_t own_packet[MAX_PACKET]; /* lives on, whenever the completion comes */

/* Once in a connection sends a changed copy before the packet itself: `change` gets the copy. */
static DWORD send_also(HANDLE service, ULONG size, LPVOID packet, HANDLE completion,
                       void (*change)(uint8_t *copy))
{
    if (!state.done && size <= MAX_PACKET) {
        state.done = true;
        memcpy(own_packet, packet, size);
        change(own_packet);
        os.Dot11ExtSendPacket(service, size, own_packet, OWN_HANDLE);
    }
    return os.Dot11ExtSendPacket(service, size, packet, completion);
}

static void swap_ether_type(uint8_t *copy)
{
    uint8_t first = copy[6];
    copy[6] = copy[7];
    copy[7] = first;
}

/* TX-01 */
static DWORD WINAPI swapped_too(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    return send_also(service, size, packet, completion, swap_ether_type);
}

static void address_group(uint8_t *copy)
{
    static const uint8_t pae[6] = {0x01, 0x80, 0xc2, 0x00, 0x00, 0x03}; /* IEEE 802.1X 7.8 */
    memcpy(copy, pae, sizeof pae);
}

/* TX-02 */
static DWORD WINAPI to_group_too(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    return send_also(service, size, packet, completion, address_group);
}

/* TX-03: when SendPacket has returned, the bytes are on their way, and the completion is not: for a
 * scenario that holds it back, else it may be there before us, and the packet gone. */
static DWORD WINAPI then_changed(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    DWORD error = os.Dot11ExtSendPacket(service, size, packet, completion);
    ((uint8_t *)packet)[size - 1] ^= 1;
    return error;
}

/* TX-04: the same packet twice with one handle; the good DLL is told of the second completion. */
static DWORD WINAPI twice_with_one_handle(HANDLE service, ULONG size, LPVOID packet,
                                          HANDLE completion)
{
    if (!state.done) {
        state.done = true;
        state.kept = completion;
        os.Dot11ExtSendPacket(service, size, packet, completion);
    }
    return os.Dot11ExtSendPacket(service, size, packet, completion);
}

static DWORD WINAPI leaves_first_completion(HANDLE completion)
{
    if (completion == state.kept) {
        state.kept = NULL;
        return ERROR_SUCCESS;
    }
    return good.Dot11ExtIhvSendPacketCompletion(completion);
}

/* TX-06 */
static DWORD WINAPI sends_before(HANDLE handle, HANDLE session, PDOT11EXT_IHV_PROFILE_PARAMS params,
                                 PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity,
                                 PDOT11EXT_IHV_SECURITY_PROFILE security, PDOT11_BSS_LIST list,
                                 PDWORD reason)
{
    static uint8_t start[HEADER + EAPOL_HEADER] = {2, 0, 0, 0, 1, 0, 0x88, 0x8e, 2, 1, 0, 0};
    DWORD error = good.Dot11ExtIhvPerformPreAssociate(handle, session, params, connectivity,
                                                      security, list, reason);
    os.Dot11ExtSendPacket(state.service, sizeof start, start, OWN_HANDLE);
    return error;
}

/* RX-03 */
static DWORD WINAPI trusts_its_length(HANDLE handle, DWORD size, LPVOID buffer)
{
    const uint8_t *packet = buffer;
    if (size < HEADER + EAPOL_HEADER ||
        HEADER + EAPOL_HEADER + (packet[10] << 8 | packet[11]) > (int)size)
        *(volatile int *)NULL = 0;
    return good.Dot11ExtIhvReceivePacket(handle, size, buffer);
}

/* RX-04 */
static DWORD WINAPI returns_ntstatus(HANDLE handle, DWORD size, LPVOID buffer)
{
    good.Dot11ExtIhvReceivePacket(handle, size, buffer);
    return NTSTATUS_VALUE;
}

const Fault FAULTS_PACKETS[] = {
    {.name = "broken-ethertype", .api.Dot11ExtSendPacket = swapped_too},
    {.name = "sends-to-group", .api.Dot11ExtSendPacket = to_group_too},
    {.name = "changes-buffer-in-flight", .api.Dot11ExtSendPacket = then_changed},
    {.name = "reuses-completion-handle",
     .handlers.Dot11ExtIhvSendPacketCompletion = leaves_first_completion,
     .api.Dot11ExtSendPacket = twice_with_one_handle},
    {.name = "sends-in-pre-association", .handlers.Dot11ExtIhvPerformPreAssociate = sends_before},
    {.name = "trusts-packet-length", .handlers.Dot11ExtIhvReceivePacket = trusts_its_length},
    {.name = "ntstatus-from-receive", .handlers.Dot11ExtIhvReceivePacket = returns_ntstatus},
    {0},
};
