// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * What crosses the interface, seen from both ends: probe_host.c stands for the OS, probe_vendor.c
 * for the vendor's DLL, and one Probe that both share holds what a call was given, what the other
 * end saw of it, and what came back.
 */
#ifndef PROBE_H
#define PROBE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <xmmintrin.h>

#include "wlanihv.h"

#define ARGUMENTS 7
#define OUTS 4
#define RAISED 0xe0c0ffeeu
#define ERROR_BEFORE 4711u
#define ERROR_WITHIN 1147u
#define MXCSR 0x7fa0u /* round towards zero, not the default */
#define X87 0x027fu   /* double precision: not mingw's default */

typedef struct Out {
    unsigned argument;
    size_t size;
    uint8_t data[64];
} Out;

typedef struct Probe {
    /* what the caller gives, and what the callee is to do */
    uint64_t given[ARGUMENTS];
    int guid; /* the argument that is a GUID by value (a pointer to a copy), or -1 */
    DWORD answer;
    BOOL raises;
    BOOL misbehaves; /* does other than it was told: the comparison must notice */
    unsigned out_count;
    Out out[OUTS];
    /* what the callee saw */
    const char *called;
    unsigned calls;
    uint64_t seen[ARGUMENTS];
    GUID seen_guid;
    DWORD seen_thread;
    DWORD seen_error;
    unsigned seen_mxcsr;
    uint16_t seen_x87;
    unsigned seen_alignment;
    /* what came back */
    uint64_t result;
    DWORD error_after;
    unsigned mxcsr_after;
    uint16_t x87_after;
    volatile BOOL caught;
    ULONG_PTR caught_data[2];
    CONTEXT context;
} Probe;

typedef uint64_t(WINAPI *Function)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                                   uint64_t);
/* Exports of probe_vendor.c */
typedef Probe *(WINAPI *ProbeOf)(void);
typedef void(WINAPI *ProbeCall)(unsigned index, BOOL station);

static inline uint16_t x87_word(void)
{
    uint16_t word;
    __asm__ volatile("fnstcw %0" : "=m"(word));
    return word;
}

static inline void set_x87_word(uint16_t word)
{
    __asm__ volatile("fldcw %0" ::"m"(word));
}

/* The caller's end.  An exception comes back here: the host's handler resumes at the context. */
static __attribute__((unused)) void invoke(Function function, Probe *p)
{
    uint64_t *g = p->given;
    unsigned mxcsr = _mm_getcsr();
    uint16_t x87 = x87_word();
    p->caught = FALSE;
    RtlCaptureContext(&p->context);
    if (!p->caught) {
        _mm_setcsr(MXCSR);
        set_x87_word(X87);
        SetLastError(ERROR_BEFORE);
        p->result = function(g[0], g[1], g[2], g[3], g[4], g[5], g[6]);
        p->error_after = GetLastError();
        p->mxcsr_after = _mm_getcsr();
        p->x87_after = x87_word();
    }
    _mm_setcsr(mxcsr);
    set_x87_word(x87);
}

/* The callee's end. */
static __attribute__((unused)) uint64_t observe(Probe *p, const char *name, uintptr_t frame,
                                                const uint64_t *arguments)
{
    DWORD error = GetLastError();
    p->seen_error = error;
    p->seen_mxcsr = _mm_getcsr();
    p->seen_x87 = x87_word();
    p->seen_alignment = frame % 16;
    p->seen_thread = GetCurrentThreadId();
    p->called = name;
    p->calls++;
    memcpy(p->seen, arguments, sizeof p->seen);
    if (p->guid >= 0)
        p->seen_guid = *(const GUID *)(uintptr_t)arguments[p->guid];
    for (unsigned i = 0; i < p->out_count; i++)
        memcpy((void *)(uintptr_t)arguments[p->out[i].argument], p->out[i].data, p->out[i].size);
    if (p->raises) {
        ULONG_PTR data[2] = {p->answer, (ULONG_PTR)p};
        RaiseException(RAISED, 0, 2, data);
    }
    if (p->misbehaves) {
        if (p->out_count != 0)
            ++*(uint8_t *)(uintptr_t)arguments[p->out[0].argument];
        _mm_setcsr(0x1f80);
        SetLastError(ERROR_WITHIN + 1);
        return p->answer + 1;
    }
    SetLastError(ERROR_WITHIN);
    return p->answer;
}

/* A function of a table that observes; `probe` is the module's. */
#define OBSERVER(prefix, name)                                                                    \
    static uint64_t WINAPI see_##name(uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e, \
                                      uint64_t f, uint64_t g)                                     \
    {                                                                                             \
        uint64_t all[ARGUMENTS] = {a, b, c, d, e, f, g};                                          \
        return observe(probe, prefix #name, (uintptr_t)__builtin_dwarf_cfa(), all);               \
    }

#endif
