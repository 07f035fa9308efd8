// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The security fragment of a profile, as MSXML reads it:
 *
 *   <IhvSecurity><AskUser/></IhvSecurity>   WPA2 with CCMP; the user is asked for the passphrase
 *   <IhvSecurity><Open/></IhvSecurity>      no protection
 *
 * <Defect>name</Defect> in it makes the DLL do something wrong (defects.h).
 */
#ifndef SECOND_FRAGMENT_H
#define SECOND_FRAGMENT_H

#include <stdbool.h>
#include <windows.h>

#include "defects.h"

typedef struct Settings {
    bool open;
    Defect defect;
} Settings;

/* Reads a fragment on the calling thread; false if it is not as above, or there is no parser. */
bool fragment_read(const WCHAR *text, Settings *settings);

#endif
