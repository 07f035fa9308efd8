// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Dot11ExtIhvInitVirtualStation is an optional export: its absence tells the OS something, and
 * the recorder must not change that.  So the recorder looks into the vendor's file and takes the
 * name out of its own export table (in memory) when the vendor does not have it.
 */
#ifndef HIL_RECORDER_EXPORTS_H
#define HIL_RECORDER_EXPORTS_H

#include <stdbool.h>
#include <windows.h>

/* Whether a PE file (not loaded, not trusted) exports a name; false also if it is none. */
bool exports_has(const WCHAR *path, const char *name);

/* Takes the last name in order out of a loaded module's export table. */
void exports_hide_last(HMODULE module, const char *name);

#endif
