// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * ihvbench.exe: what recorder.dll costs per call.
 *
 *   ihvbench.exe benchvendor.dll recorder.dll
 *
 * Calls that do nothing are made to the DLL, and by it, without the recorder and through it, in
 * batches; a line of JSON per kind of call has the time of one call in each batch, in ns:
 *
 *   {"call":"ReceivePacket","direct_ns":[...],"recorded_ns":[...]}
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "bench.h"
#include "clock.h"

#define BATCHES 60
#define CALLS 50 /* in a batch: many ticks of the clock long, a fraction of a scheduler's slice */
#define EAPOL_BYTES 121u

typedef struct Side {
    DOT11EXT_IHV_HANDLERS handlers;
    DOT11EXT_APIS apis;
} Side;

/* ---- what a connection hands over ---- */

static const WCHAR FRAGMENT[] = L"<IhvSecurity><Passphrase>correct horse</Passphrase></IhvSecurity>";
static uint8_t packet[8 + EAPOL_BYTES] = {2, 0, 0, 0, 1, 0, 0x88, 0x8e, 2, 3};
static struct {
    DOT11_ASSOCIATION_COMPLETION_PARAMETERS fixed;
    uint8_t bodies[180];
} association;
static struct {
    DOT11_CIPHER_KEY_MAPPING_KEY_VALUE fixed;
    uint8_t rest[32];
} key;
static DOT11_PORT_STATE port = {.bPortControlled = TRUE};
static DOT11EXT_IHV_SSID_LIST ssids = {.ulCount = 1};
static DOT11EXT_IHV_PROFILE_PARAMS params = {&ssids, dot11_BSS_type_infrastructure, NULL};
static DOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity;
static DOT11EXT_IHV_SECURITY_PROFILE security = {(LPWSTR)FRAGMENT, FALSE};
static uint8_t bss[HIL_BSS_ENTRY_FIXED_SIZE + 120];
static DOT11_BSS_LIST list = {sizeof bss, bss};
static const HANDLE SERVICE = (HANDLE)0x1000;
static const HANDLE ADAPTER = (HANDLE)0x2000;

static void fill(void)
{
    ULONG body = 120;
    ULONG at = sizeof association.fixed;
    memcpy(bss + 60, &body, sizeof body);
    association.fixed.Header.Type = 0x80;
    association.fixed.Header.Revision = 2;
    association.fixed.Header.Size = sizeof association.fixed;
    association.fixed.uAssocReqOffset = at;
    association.fixed.uAssocReqSize = 60;
    association.fixed.uAssocRespOffset = at + 60;
    association.fixed.uAssocRespSize = 60;
    association.fixed.uBeaconOffset = at + 120;
    association.fixed.uBeaconSize = 60;
    key.fixed.AlgorithmId = DOT11_CIPHER_ALGO_CCMP;
    key.fixed.usKeyLength = 28;
}

/* ---- the calls ---- */

static void adapter_reset(const Side *s)
{
    s->handlers.Dot11ExtIhvAdapterReset(ADAPTER);
}

static void receive_packet(const Side *s)
{
    s->handlers.Dot11ExtIhvReceivePacket(ADAPTER, sizeof packet, packet);
}

static void post_associate(const Side *s)
{
    s->handlers.Dot11ExtIhvPerformPostAssociate(ADAPTER, SERVICE, &port, sizeof association,
                                                &association.fixed);
}

static void pre_associate(const Side *s)
{
    DWORD reason;
    s->handlers.Dot11ExtIhvPerformPreAssociate(ADAPTER, SERVICE, &params, &connectivity, &security,
                                               &list, &reason);
}

static void send_packet(const Side *s)
{
    s->apis.Dot11ExtSendPacket(SERVICE, sizeof packet, packet, SERVICE);
    /* Its completion is the other handler of the pair; the recorder looks at the packet again. */
    s->handlers.Dot11ExtIhvSendPacketCompletion(SERVICE);
}

static void set_key(const Side *s)
{
    s->apis.Dot11ExtSetKeyMappingKey(SERVICE, &key.fixed);
}

static void set_key_id(const Side *s)
{
    s->apis.Dot11ExtSetDefaultKeyId(SERVICE, 1);
}

static void complete(const Side *s)
{
    s->apis.Dot11ExtPostAssociateCompletion(SERVICE, SERVICE, NULL, 0, 0);
}

static const struct {
    const char *name;
    unsigned calls; /* across the interface: SendPacket has its completion */
    void (*run)(const Side *side);
} CASES[] = {
    {"AdapterReset", 1, adapter_reset},
    {"ReceivePacket", 1, receive_packet},
    {"PerformPreAssociate", 1, pre_associate},
    {"PerformPostAssociate", 1, post_associate},
    {"SendPacket", 2, send_packet},
    {"SetKeyMappingKey", 1, set_key},
    {"SetDefaultKeyId", 1, set_key_id},
    {"PostAssociateCompletion", 1, complete},
};

/* ---- both sides ---- */

static DWORD WINAPI answer(void)
{
    return ERROR_SUCCESS;
}

static int fail(const char *what)
{
    fprintf(stderr, "ihvbench: %s (error %lu)\n", what, GetLastError());
    return 1;
}

static bool resolve(HMODULE module, const char *name, void *function)
{
    FARPROC found = GetProcAddress(module, name);
    memcpy(function, &found, sizeof found);
    return found != NULL;
}

static bool open_side(const char *path, BenchApis *bench, Side *side)
{
    DOT11EXT_APIS own;
    DOT11EXT_IHV_HANDLERS handlers;
    DOT11EXTIHV_INIT_SERVICE init;
    DWORD(WINAPI *function)(void) = answer;
    HMODULE module = LoadLibraryA(path);
    if (module == NULL || !resolve(module, IHV_INIT_FUNCTION_NAME, &init))
        return false;
    for (size_t i = 0; i < HIL_API_COUNT; i++)
        memcpy((void **)&own + i, &function, sizeof function);
    if (init(0, &own, NULL, &handlers) != ERROR_SUCCESS)
        return false;
    /* Asked of the vendor itself, which the recorder has loaded by now. */
    if (*bench == NULL && !resolve(module, "bench_apis", bench))
        return false;
    side->handlers = handlers;
    (*bench)(&side->apis);
    return true;
}

static void measure(const char *name, unsigned case_index, const Side *side)
{
    printf("\"%s\":[", name);
    for (unsigned batch = 0; batch <= BATCHES; batch++) {
        uint64_t start = clock_now_ns();
        for (unsigned i = 0; i < CALLS; i++)
            CASES[case_index].run(side);
        uint64_t took = clock_now_ns() - start;
        if (batch != 0) /* the first one warms up */
            printf("%s%.1f", batch == 1 ? "" : ",",
                   (double)took / CALLS / CASES[case_index].calls);
    }
    printf("]");
}

int main(int argc, char **argv)
{
    Side direct;
    Side recorded;
    BenchApis bench = NULL;
    if (argc != 3)
        return fail("usage: ihvbench.exe benchvendor.dll recorder.dll");
    fill();
    if (!open_side(argv[1], &bench, &direct))
        return fail(argv[1]);
    if (!open_side(argv[2], &bench, &recorded))
        return fail(argv[2]);
    for (unsigned i = 0; i < sizeof CASES / sizeof CASES[0]; i++) {
        printf("{\"call\":\"%s\",", CASES[i].name);
        measure("direct_ns", i, &direct);
        printf(",");
        measure("recorded_ns", i, &recorded);
        printf("}\n");
    }
    return 0;
}
