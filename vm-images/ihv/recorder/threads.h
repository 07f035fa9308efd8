// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Threads of the vendor's that are left: those whose start address lies in a module of the
 * vendor's folder ("DeinitService": all threads the DLL created have ended before it returns).
 */
#ifndef HIL_RECORDER_THREADS_H
#define HIL_RECORDER_THREADS_H

#include "json_writer.h"

#include <windows.h>

/*
 * "threads":[{"tid":n,"module":"...","offset":"0x...","vendor":bool}]: vendor is true for the DLL
 * itself, false for its companions.  A thread on its way out when first seen is given a moment, so
 * the call takes at most 50 ms, and a fraction of one where no thread is left.  null if the list
 * cannot be had.
 */
void threads_write(JsonWriter *w, HMODULE vendor);

#endif
