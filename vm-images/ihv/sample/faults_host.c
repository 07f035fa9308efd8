// SPDX-License-Identifier: GPL-2.0-or-later
/* Faults that take the host down, or break the connection on the air (HOST, EXPECT). */
#include <string.h>

#include "faults.h"

#define PACKET_HEADER 8
#define INFO_AT (PACKET_HEADER + 5) /* Key Information (IEEE 802.11-2020 12.7.2) */
#define MIC_AT (PACKET_HEADER + 81)
#define M2_INFO 0x010a

static int info_of(const void *packet, ULONG size)
{
    const uint8_t *at = (const uint8_t *)packet + INFO_AT;
    return size > MIC_AT ? at[0] << 8 | at[1] : 0;
}

/* HOST-01 */
static DWORD WINAPI crashes(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                            PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    *(volatile int *)NULL = 0;
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* HOST-02 */
static DWORD WINAPI hangs(HANDLE handle, HANDLE session, PDOT11_PORT_STATE port, ULONG size,
                          PDOT11_ASSOCIATION_COMPLETION_PARAMETERS params)
{
    Sleep(INFINITE);
    return good.Dot11ExtIhvPerformPostAssociate(handle, session, port, size, params);
}

/* EXPECT-01 */
static DWORD WINAPI sends_wrong_mic(HANDLE service, ULONG size, LPVOID packet, HANDLE completion)
{
    if (info_of(packet, size) == M2_INFO)
        ((uint8_t *)packet)[MIC_AT] ^= 1;
    return os.Dot11ExtSendPacket(service, size, packet, completion);
}

/* EXPECT-02 */
static DWORD WINAPI sets_wrong_key(HANDLE service, PDOT11_CIPHER_KEY_MAPPING_KEY_VALUE key)
{
    key->ucKey[key->usKeyLength - 1] ^= 1;
    return os.Dot11ExtSetKeyMappingKey(service, key);
}

const Fault FAULTS_HOST[] = {
    {.name = "crashes", .handlers.Dot11ExtIhvPerformPostAssociate = crashes},
    {.name = "hangs", .handlers.Dot11ExtIhvPerformPostAssociate = hangs},
    {.name = "sends-wrong-mic", .api.Dot11ExtSendPacket = sends_wrong_mic},
    {.name = "sets-wrong-key", .api.Dot11ExtSetKeyMappingKey = sets_wrong_key},
    {0},
};
