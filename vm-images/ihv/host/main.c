// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <fcntl.h>
#include <io.h>

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

/* A standard handle under a number of its own; NULL if it cannot be had. */
static HANDLE own_handle(DWORD standard)
{
    HANDLE copy = NULL;
    HANDLE self = GetCurrentProcess();
    if (!DuplicateHandle(self, GetStdHandle(standard), self, &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return NULL;
    return copy;
}

/* The DLL shares this process: what it prints, reads or closes as standard input and output must
 * not be the pipes to the service.  The C runtime's descriptors own the old handles and close
 * them; a runtime that comes with the DLL starts from what SetStdHandle says. */
static bool take_pipes(void)
{
    host.in = own_handle(STD_INPUT_HANDLE);
    host.out = own_handle(STD_OUTPUT_HANDLE);
    if (host.in == NULL || host.out == NULL)
        return false;
    int nul = _open("NUL", _O_RDWR | _O_BINARY);
    if (nul < 0 || _dup2(nul, 0) != 0 || _dup2(nul, 1) != 0 || _dup2(nul, 2) != 0)
        return false;
    return SetStdHandle(STD_INPUT_HANDLE, (HANDLE)_get_osfhandle(0)) &&
           SetStdHandle(STD_OUTPUT_HANDLE, (HANDLE)_get_osfhandle(1)) &&
           SetStdHandle(STD_ERROR_HANDLE, (HANDLE)_get_osfhandle(2));
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

int main(void)
{
    if (!take_pipes())
        return EXIT_CODE_USAGE;
    InitializeCriticalSection(&host.out_lock);
    rpc_init(&host.rpc, send_call, NULL);
    send_started();
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
