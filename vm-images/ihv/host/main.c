// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <string.h>

#include "lines.h"
#include "worker.h"

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

    if (!lines_init(&lines, lines_from_handle, host.in, HOST_MAX_LINE))
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

/* Tells the service the process id by which the recorder's trace knows this process, and for which
 * profiles the adapter is. */
static void send_started(void)
{
    JsonWriter text;
    DWORD oui;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    jw_text(&text, "event", "started");
    jw_u64(&text, "pid", GetCurrentProcessId());
    if (service_adapter_oui(&oui))
        jw_u64(&text, "adapter_oui", oui);
    jw_end_object(&text);
    host_send(&text);
    jw_free(&text);
}

/* Says that the process waits, with no DLL and nothing read of the registry, and does so until the
 * service sends a line end; false if that is gone. No byte behind the line end is taken. */
static bool wait_to_go_on(void)
{
    JsonWriter text;
    char byte = 0;
    DWORD size = 0;
    jw_init(&text, 0);
    jw_object(&text, NULL);
    jw_text(&text, "event", "waiting");
    jw_end_object(&text);
    bool told = host_send(&text);
    jw_free(&text);
    while (told && byte != '\n')
        told = ReadFile(host.in, &byte, 1, &size, NULL) && size == 1;
    return told;
}

int main(int argc, char **argv)
{
    if (!host_take_pipes())
        return EXIT_CODE_USAGE;
    rpc_init(&host.rpc, send_call, NULL);
    SetErrorMode(SEM_FAILCRITICALERRORS | SEM_NOGPFAULTERRORBOX | SEM_NOOPENFILEERRORBOX);
    SetUnhandledExceptionFilter(die);
    worker_start_all();
    if (argc > 1 && strcmp(argv[1], "--wait") == 0 && !wait_to_go_on())
        return EXIT_CODE_OK;
    send_started();
    HANDLE starter = CreateThread(NULL, 0, start_main, NULL, 0, NULL);
    if (starter == NULL)
        return EXIT_CODE_USAGE;
    CloseHandle(starter);
    read_lines();
    rpc_close(&host.rpc);
    ExitProcess(EXIT_CODE_OK); /* the service is gone: nobody is left to stop the DLL for */
}
