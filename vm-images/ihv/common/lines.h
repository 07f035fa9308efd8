// SPDX-License-Identifier: GPL-2.0-or-later
/* Lines of bounded length from a handle or socket, and whole lines out to a handle. */
#ifndef HIL_LINES_H
#define HIL_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <windows.h>

#include "json_writer.h"

/* Reads up to size bytes; 0 at the end or on failure. */
typedef size_t (*LineSource)(void *context, char *buffer, size_t size);

typedef enum LineResult { LINE_OK, LINE_TOO_LONG, LINE_END } LineResult;

typedef struct LineReader {
    LineSource source;
    void *context;
    char *buffer;
    size_t capacity;
    size_t start;   /* first byte not handed out */
    size_t filled;  /* end of the bytes read */
    bool skipping;  /* inside a line that is too long */
} LineReader;

/* max_line includes the newline. False when out of memory. */
bool lines_init(LineReader *reader, LineSource source, void *context, size_t max_line);
void lines_free(LineReader *reader);

/* Next line without its newline (and a CR before it), valid until the next call. A longer line
 * is skipped whole and told once; an unfinished one at the end is dropped. */
LineResult lines_next(LineReader *reader, char **line, size_t *length);

/* LineSource of a HANDLE (the context). */
size_t lines_from_handle(void *context, char *buffer, size_t size);

/* Ends the text with a newline and writes it in one go; false if the other side is gone. */
bool lines_write(HANDLE out, CRITICAL_SECTION *lock, JsonWriter *text);

#endif
