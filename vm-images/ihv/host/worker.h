// SPDX-License-Identifier: GPL-2.0-or-later
/* Threads that run handler calls: one per adapter and one for the calls that name none. */
#ifndef HIL_WORKER_H
#define HIL_WORKER_H

#include "host.h"

void worker_start_all(void);

/* Reader thread: hands a call (the parsed line) to the worker it belongs to, or answers an error
 * if there is none. The line is copied. */
void worker_dispatch(const JsonDocument *document, const char *line, size_t length);

#endif
