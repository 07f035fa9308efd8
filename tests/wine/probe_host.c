// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * probe_host.exe DLL: plays a script on stdin against an IHV Extensions DLL (probe_vendor.dll, or
 * recorder.dll in front of it), and prints after each call "ok", or what did not come through as
 * it was given.  Nothing printed depends on addresses, so two runs can be compared.
 *
 *   b ID HEX CUT     a block of bytes; the last CUT of them lie on an inaccessible page
 *   r ID OFFSET ID2  the address of ID2 at an offset of ID
 *   g ID             the block's first page gets a guard;  n ID  it becomes inaccessible
 *   s ID             prints whether the guard is still there
 *   f                all blocks are freed, and may be named anew
 *   o ARG HEX        the callee writes these bytes where its argument points
 *   x                the callee raises an exception
 *   m                the callee does not do as it is told
 *   t                the next call is made on a thread of its own
 *   c NAME ANSWER ARG…   a call: d:HEX (32 bits), i:HEX (64 bits), b:ID+OFFSET, u:ID (GUID)
 *   e                prints how many exceptions there were since, besides those of x
 *   w                a table that is no table is given to the two Init functions
 */
#include <stdio.h>
#include <stdlib.h>

#include "probe.h"

#define PAGE 4096u
#define MAX_BLOCKS 64
#define MAX_LINE (1u << 17)

typedef struct Block {
    uint8_t *base;
    uint8_t *at;
    size_t size; /* accessible bytes */
    uint8_t *before;
} Block;

static Probe *probe;
static ProbeCall vendor_calls;
static DOT11EXT_IHV_HANDLERS handlers;
static Block blocks[MAX_BLOCKS];
static bool on_thread;
static volatile LONG exceptions;

#define API(result, name, arguments) OBSERVER("Dot11Ext", name)
DOT11EXT_API_LIST(API)
DOT11EXT_VIRTUAL_STATION_API_LIST(API)

#define SEE(result, name, arguments) (void *)see_##name,
static void *const API_TABLE[] = {DOT11EXT_API_LIST(SEE)};
static void *const STATION_TABLE[] = {DOT11EXT_VIRTUAL_STATION_API_LIST(SEE)};
#define NAME_OF(result, name, arguments) "Dot11Ext" #name,
#define NAME_OF_HANDLER(result, name, arguments) "Dot11ExtIhv" #name,
static const char *const HANDLER_NAMES[] = {DOT11EXT_IHV_HANDLER_LIST(NAME_OF_HANDLER)};
static const char *const API_NAMES[] = {DOT11EXT_API_LIST(NAME_OF)};
static const char *const STATION_NAMES[] = {DOT11EXT_VIRTUAL_STATION_API_LIST(NAME_OF)};

static void die(const char *what)
{
    printf("broken script: %s\n", what);
    fflush(stdout);
    ExitProcess(2);
}

/* ---- blocks ---- */

static size_t unhex(const char *text, uint8_t *to, size_t room)
{
    size_t size = strlen(text) / 2;
    if (strcmp(text, "-") == 0)
        return 0;
    if (size > room)
        die("hex too long");
    for (size_t i = 0; i < size; i++) {
        char pair[3] = {text[2 * i], text[2 * i + 1], '\0'};
        to[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return size;
}

static Block *block(const char *id)
{
    unsigned n = (unsigned)atoi(id);
    if (n >= MAX_BLOCKS)
        die("block number");
    return &blocks[n];
}

static void make_block(const char *id, const char *hex, const char *cut)
{
    static uint8_t bytes[MAX_LINE];
    Block *b = block(id);
    size_t whole = unhex(hex, bytes, sizeof bytes);
    size_t missing = (size_t)atoi(cut);
    b->size = missing < whole ? whole - missing : 0;
    size_t pages = b->size / PAGE + 1;
    b->base = VirtualAlloc(NULL, (pages + 1) * PAGE, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc(b->base, pages * PAGE, MEM_COMMIT, PAGE_READWRITE);
    b->at = b->base + pages * PAGE - b->size;
    memcpy(b->at, bytes, b->size);
    b->before = malloc(b->size + 1);
}

static void set_pointer(const char *id, const char *offset, const char *target)
{
    Block *b = block(id);
    size_t at = (size_t)atoi(offset);
    uint8_t *address = block(target)->at;
    if (at + sizeof address <= b->size)
        memcpy(b->at + at, &address, sizeof address);
}

static void free_blocks(void)
{
    for (size_t i = 0; i < MAX_BLOCKS; i++) {
        if (blocks[i].base != NULL)
            VirtualFree(blocks[i].base, 0, MEM_RELEASE);
        free(blocks[i].before);
        blocks[i] = (Block){NULL, NULL, 0, NULL};
    }
}

static DWORD protection(const Block *b)
{
    MEMORY_BASIC_INFORMATION page = {0};
    VirtualQuery(b->base, &page, sizeof page);
    return page.Protect;
}

static void protect(const char *id, DWORD how)
{
    DWORD old;
    VirtualProtect(block(id)->base, PAGE, how, &old);
}

static bool readable(const Block *b)
{
    return b->base != NULL && protection(b) == PAGE_READWRITE;
}

static void remember(void)
{
    for (size_t i = 0; i < MAX_BLOCKS; i++)
        if (readable(&blocks[i]))
            memcpy(blocks[i].before, blocks[i].at, blocks[i].size);
}

/* What the callee was told to write is what is expected. */
static void expect_outs(void)
{
    for (unsigned o = 0; o < probe->out_count; o++) {
        const Out *out = &probe->out[o];
        uint8_t *to = (uint8_t *)(uintptr_t)probe->given[out->argument];
        for (size_t i = 0; i < MAX_BLOCKS; i++)
            if (blocks[i].base != NULL && to >= blocks[i].at && to < blocks[i].at + blocks[i].size)
                memcpy(blocks[i].before + (to - blocks[i].at), out->data, out->size);
    }
}

/* ---- calls ---- */

static LONG WINAPI catch(EXCEPTION_POINTERS *information)
{
    const EXCEPTION_RECORD *record = information->ExceptionRecord;
    if (record->ExceptionCode != RAISED || record->NumberParameters != 2)
        return EXCEPTION_CONTINUE_SEARCH;
    memcpy(probe->caught_data, record->ExceptionInformation, sizeof probe->caught_data);
    probe->caught = TRUE;
    *information->ContextRecord = probe->context;
    return EXCEPTION_CONTINUE_EXECUTION;
}

/* Before all others: a vendor may have such a handler, and take any fault for a crash. */
static LONG WINAPI count(EXCEPTION_POINTERS *information)
{
    if (information->ExceptionRecord->ExceptionCode != RAISED)
        InterlockedIncrement(&exceptions);
    return EXCEPTION_CONTINUE_SEARCH;
}

static int find(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return (int)i;
    return -1;
}

#define COUNT(table) (sizeof(table) / sizeof *(table))

static DWORD WINAPI run(void *name)
{
    int index = find(HANDLER_NAMES, COUNT(HANDLER_NAMES), name);
    if (index >= 0) {
        invoke((Function)((void **)&handlers)[index], probe);
        return 0;
    }
    index = find(API_NAMES, COUNT(API_NAMES), name);
    if (index >= 0) {
        vendor_calls((unsigned)index, FALSE);
        return 0;
    }
    index = find(STATION_NAMES, COUNT(STATION_NAMES), name);
    if (index < 0)
        die("no such function");
    vendor_calls((unsigned)index, TRUE);
    return 0;
}

static bool is_void(const char *name)
{
    return strstr(name, "Deinit") != NULL || strcmp(name, "Dot11ExtFreeBuffer") == 0;
}

static void differs(bool *ok, bool same, const char *what)
{
    if (!same)
        printf("%s%s", *ok ? "differs: " : ", ", what);
    *ok = *ok && same;
}

static void compare(const char *name, unsigned count, const bool *narrow, DWORD thread,
                    unsigned calls_before)
{
    bool ok = true;
    bool arguments = true;
    for (unsigned i = 0; i < count; i++) {
        uint64_t mask = narrow[i] ? 0xffffffffu : UINT64_MAX;
        if ((int)i == probe->guid)
            arguments &= memcmp(&probe->seen_guid, (void *)(uintptr_t)probe->given[i], 16) == 0;
        else
            arguments &= ((probe->seen[i] ^ probe->given[i]) & mask) == 0;
    }
    differs(&ok, probe->calls == calls_before + 1, "calls");
    differs(&ok, strcmp(probe->called, name) == 0, "function");
    differs(&ok, arguments, "arguments");
    differs(&ok, probe->seen_thread == thread, "thread");
    differs(&ok, probe->seen_error == ERROR_BEFORE, "last error given");
    differs(&ok, probe->seen_mxcsr == MXCSR && probe->seen_x87 == X87, "floating point given");
    differs(&ok, probe->seen_alignment == 0, "stack alignment");
    if (probe->raises) {
        differs(&ok, probe->caught, "exception");
        differs(&ok, probe->caught_data[0] == probe->answer, "exception data");
    } else {
        differs(&ok, is_void(name) || (DWORD)probe->result == probe->answer, "result");
        differs(&ok, probe->error_after == ERROR_WITHIN, "last error returned");
        differs(&ok, probe->mxcsr_after == MXCSR && probe->x87_after == X87,
                "floating point returned");
    }
    expect_outs();
    for (size_t i = 0; i < MAX_BLOCKS; i++)
        if (readable(&blocks[i]))
            differs(&ok, memcmp(blocks[i].at, blocks[i].before, blocks[i].size) == 0, "buffer");
    printf("%s%s\n", ok ? "ok " : " in ", name);
}

static void call(const char *name, char *rest)
{
    bool narrow[ARGUMENTS] = {false};
    unsigned count = 0;
    unsigned calls = probe->calls;
    DWORD thread = GetCurrentThreadId();
    memset(probe->given, 0, sizeof probe->given);
    probe->guid = -1;
    probe->answer = strtoul(strtok_r(rest, " ", &rest), NULL, 16);
    for (char *a = strtok_r(NULL, " ", &rest); a != NULL; a = strtok_r(NULL, " ", &rest)) {
        char *plus = strchr(a, '+');
        if (count == ARGUMENTS || a[1] != ':')
            die("argument");
        narrow[count] = a[0] == 'd';
        if (a[0] == 'u')
            probe->guid = (int)count;
        if (a[0] == 'b' || a[0] == 'u')
            probe->given[count++] = (uintptr_t)block(a + 2)->at + (plus ? atoi(plus + 1) : 0);
        else
            probe->given[count++] = strtoull(a + 2, NULL, 16);
    }
    remember();
    if (on_thread) {
        HANDLE handle = CreateThread(NULL, 0, run, (void *)name, 0, &thread);
        WaitForSingleObject(handle, INFINITE);
        CloseHandle(handle);
    } else {
        run((void *)name);
    }
    compare(name, count, narrow, thread, calls);
    on_thread = false;
    probe->raises = probe->misbehaves = FALSE;
    probe->out_count = 0;
}

static void add_out(const char *argument, const char *hex)
{
    if (probe->out_count == OUTS)
        die("too many outs");
    Out *out = &probe->out[probe->out_count++];
    out->argument = (unsigned)atoi(argument);
    out->size = unhex(hex, out->data, sizeof out->data);
}

/* ---- start ---- */

typedef DWORD(WINAPI *Init)(DWORD, void *, void *, void *);
typedef DWORD(WINAPI *InitStation)(void *, void *);

static HMODULE dll;

static FARPROC export(HMODULE module, const char *name)
{
    FARPROC found = module != NULL ? GetProcAddress(module, name) : NULL;
    if (found == NULL)
        die(name);
    return found;
}

static void wild_tables(void)
{
    DWORD init = ((Init)export(dll, IHV_INIT_FUNCTION_NAME))(0, (void *)8, NULL, (void *)8);
    DWORD station = ((InitStation)export(dll, IHV_INIT_VS_FUNCTION_NAME))((void *)8, NULL);
    printf("%s tables\n", init == 8 && station == 8 ? "ok" : "differs: result");
}

static void start(const char *path)
{
    DOT11_IHV_VERSION_INFO version;
    dll = LoadLibraryA(path);
    ((DOT11EXTIHV_GET_VERSION_INFO)export(dll, IHV_VERSION_FUNCTION_NAME))(&version);
    HMODULE vendor = GetModuleHandleA("probe_vendor.dll");
    probe = ((ProbeOf)export(vendor, "probe_of"))();
    vendor_calls = (ProbeCall)export(vendor, "probe_call");
    void *apis[COUNT(API_TABLE)];
    void *station[COUNT(STATION_TABLE)];
    memcpy(apis, API_TABLE, sizeof apis);
    memcpy(station, STATION_TABLE, sizeof station);
    DWORD error = ((Init)export(dll, IHV_INIT_FUNCTION_NAME))(0, apis, NULL, &handlers);
    error |= ((InitStation)export(dll, IHV_INIT_VS_FUNCTION_NAME))(station, NULL);
    if (error != ERROR_SUCCESS)
        die("init");
    AddVectoredExceptionHandler(FALSE, catch);
    AddVectoredExceptionHandler(TRUE, count);
}

static void command(char *line)
{
    char *rest = line;
    char *what = strtok_r(rest, " ", &rest);
    char *a = strtok_r(NULL, " ", &rest);
    if (what[0] == 'c') {
        call(a, rest);
        return;
    }
    char *b = strtok_r(NULL, " ", &rest);
    char *c = strtok_r(NULL, " ", &rest);
    switch (what[0]) {
    case 'b': make_block(a, b, c); break;
    case 'r': set_pointer(a, b, c); break;
    case 'g': protect(a, PAGE_READWRITE | PAGE_GUARD); break;
    case 'n': protect(a, PAGE_NOACCESS); break;
    case 'f': free_blocks(); break;
    case 'o': add_out(a, b); break;
    case 'x': probe->raises = TRUE; break;
    case 'm': probe->misbehaves = TRUE; break;
    case 't': on_thread = true; break;
    case 'w': wild_tables(); break;
    case 'e': printf("%ld exceptions\n", InterlockedExchange(&exceptions, 0)); break;
    case 's': printf("%s guard\n", protection(block(a)) & PAGE_GUARD ? "ok" : "differs:"); break;
    default: die(line);
    }
}

int main(int argc, char **argv)
{
    static char line[MAX_LINE];
    if (argc != 2)
        die("usage");
    start(argv[1]);
    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0] != '\0')
            command(line);
    }
    printf("end\n");
    fflush(stdout);
    FreeLibrary(dll);
    return 0;
}
