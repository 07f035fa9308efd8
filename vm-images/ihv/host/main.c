// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include "lines.h"
#include "worker.h"

Host host;

bool host_send(JsonWriter *text)
{
    return lines_write(host.out, &host.out_lock, text);
}

void host_send_error(const uint64_t *id, DWORD code, const char *message)
{
    JsonWriter text;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    if (id != NULL)
        jw_u64(&text, "id", *id);
    else
        jw_null(&text, "id");
    jw_object(&text, "error");
    jw_u64(&text, "code", code);
    jw_text(&text, "message", message);
    jw_end_object(&text);
    jw_end_object(&text);
    host_send(&text);
    jw_free(&text);
}

static bool send_call(void *context, JsonWriter *text)
{
    (void)context;
    return host_send(text);
}

static void read_lines(void)
{
    static JsonDocument document;
    LineReader lines;
    char *line;
    size_t length;
    LineResult got;

    if (!lines_init(&lines, lines_from_handle, GetStdHandle(STD_INPUT_HANDLE), HOST_MAX_LINE))
        return;
    while ((got = lines_next(&lines, &line, &length)) != LINE_END) {
        if (got == LINE_TOO_LONG)
            host_send_error(NULL, ERROR_INVALID_DATA, "line too long");
        else if (length == 0)
            continue;
        else if (!json_parse(&document, line, length))
            host_send_error(NULL, ERROR_INVALID_DATA, "not a JSON value within the bounds");
        else if (!rpc_deliver(&host.rpc, &document, length))
            worker_dispatch(&document, line, length);
    }
    lines_free(&lines);
}

/* A crash of the DLL ends the process at once, as the service must see it: no dialog and no
 * debugger in between. */
static LONG WINAPI die(EXCEPTION_POINTERS *information)
{
    TerminateProcess(GetCurrentProcess(), information->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

/* The DLL is initialised on a thread of its own, so that InitService may already call framework
 * functions that need an answer. */
static DWORD WINAPI start_main(LPVOID context)
{
    (void)context;
    ExitCode code = service_start();
    if (code != EXIT_CODE_OK)
        ExitProcess(code);
    return 0;
}

int main(void)
{
    host.out = GetStdHandle(STD_OUTPUT_HANDLE);
    InitializeCriticalSection(&host.out_lock);
    rpc_init(&host.rpc, send_call, NULL);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    SetUnhandledExceptionFilter(die);
    worker_start_all();
    HANDLE starter = CreateThread(NULL, 0, start_main, NULL, 0, NULL);
    if (starter == NULL)
        return EXIT_CODE_USAGE;
    CloseHandle(starter);
    read_lines();
    rpc_close(&host.rpc);
    ExitProcess(EXIT_CODE_OK); /* the service is gone: nobody is left to stop the DLL for */
}
