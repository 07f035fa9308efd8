// SPDX-License-Identifier: GPL-2.0-or-later
#include "host.h"

#include <fcntl.h>
#include <io.h>

#include "lines.h"

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
bool host_take_pipes(void)
{
    InitializeCriticalSection(&host.out_lock);
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
