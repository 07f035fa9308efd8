// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * agent.exe: the harness's hand inside the guest.
 *
 * One long-lived process per run that speaks JSON lines on stdin and stdout and uses only
 * wlanapi.dll and documented Win32, so that it is the same file on real Windows and on the
 * reference guest.  No input makes it die; the end of stdin does.
 */
#include <windows.h>

#include "calls.h"
#include "lines.h"

#define MAX_LINE (256u << 10)

static void take_line(Agent *agent, const char *line, size_t length)
{
    if (json_parse(&agent->document, line, length))
        calls_dispatch(agent);
    else
        calls_reject(agent, "not a JSON value within the bounds");
}

static void serve(Agent *agent)
{
    LineReader lines;
    char *line;
    size_t length;

    if (!lines_init(&lines, lines_from_handle, GetStdHandle(STD_INPUT_HANDLE), MAX_LINE))
        return;
    while (!agent->leaving) {
        LineResult got = lines_next(&lines, &line, &length);
        if (got == LINE_END)
            break;
        if (got == LINE_TOO_LONG)
            calls_reject(agent, "line too long");
        else if (length > 0)
            take_line(agent, line, length);
    }
    lines_free(&lines);
}

int main(void)
{
    static Agent agent;
    agent.out = GetStdHandle(STD_OUTPUT_HANDLE);
    InitializeCriticalSection(&agent.out_lock);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX);
    serve(&agent);
    calls_close(&agent);
    return 0;
}
