// SPDX-License-Identifier: GPL-2.0-or-later
#include "lines.h"

#include <string.h>

bool lines_init(LineReader *reader, LineSource source, void *context, size_t max_line)
{
    memset(reader, 0, sizeof *reader);
    reader->source = source;
    reader->context = context;
    reader->capacity = max_line;
    reader->buffer = HeapAlloc(GetProcessHeap(), 0, max_line);
    return reader->buffer != NULL;
}

void lines_free(LineReader *reader)
{
    if (reader->buffer == NULL)
        return;
    SecureZeroMemory(reader->buffer, reader->capacity);
    HeapFree(GetProcessHeap(), 0, reader->buffer);
    reader->buffer = NULL;
}

/* Makes room and reads more; false at the end. */
static bool fill(LineReader *r)
{
    if (r->start > 0) {
        memmove(r->buffer, r->buffer + r->start, r->filled - r->start);
        r->filled -= r->start;
        r->start = 0;
    }
    if (r->filled == r->capacity) {
        r->skipping = true;
        r->filled = 0;
    }
    size_t got = r->source(r->context, r->buffer + r->filled, r->capacity - r->filled);
    r->filled += got;
    return got != 0;
}

LineResult lines_next(LineReader *r, char **line, size_t *length)
{
    size_t looked = 0;
    for (;;) {
        char *from = r->buffer + r->start;
        char *end = memchr(from + looked, '\n', r->filled - r->start - looked);
        if (end != NULL) {
            r->start += (size_t)(end - from) + 1;
            if (r->skipping) {
                r->skipping = false;
                return LINE_TOO_LONG;
            }
            *line = from;
            *length = (size_t)(end - from);
            if (*length > 0 && from[*length - 1] == '\r')
                --*length;
            return LINE_OK;
        }
        looked = r->filled - r->start;
        if (!fill(r))
            return LINE_END;
        if (r->skipping)
            looked = 0;
    }
}

size_t lines_from_handle(void *context, char *buffer, size_t size)
{
    DWORD got = 0;
    if (!ReadFile((HANDLE)context, buffer, (DWORD)size, &got, NULL))
        return 0;
    return got;
}

bool lines_write(HANDLE out, CRITICAL_SECTION *lock, JsonWriter *text)
{
    jw_raw(text, "\n", 1);
    if (text->failed)
        return false;
    bool written = true;
    size_t done = 0;
    EnterCriticalSection(lock);
    while (written && done < text->length) {
        DWORD part = 0;
        written = WriteFile(out, text->data + done, (DWORD)(text->length - done), &part, NULL) &&
                  part != 0;
        done += part;
    }
    LeaveCriticalSection(lock);
    return written;
}
