// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * DOT11_MSONEX_RESULT_PARAMS for OneXIndicateResult, each part on a guarded page of its own.
 *
 *   params: null, or {auth_status, reason, send_key?:hex, recv_key?:hex, eap_reason?}
 *
 * The MPPE keys come in the clear over the pipe and are encrypted here with CryptProtectData, as
 * the DLL is to decrypt them with CryptUnprotectData in the same process.
 */
#ifndef HIL_ONEX_H
#define HIL_ONEX_H

#include "guarded.h"
#include "json_reader.h"
#include "wlanihv.h"

typedef struct OnexResult {
    Guarded params; /* data is NULL if there are none */
    Guarded send_key;
    Guarded recv_key;
    Guarded eap;
} OnexResult;

/* Before an association that will need it: the first encryption loads and registers a provider,
 * which takes long enough under emulation for the access point to repeat M1. */
void onex_prepare(void);

/* Must be freed in either case. */
bool onex_read(OnexResult *result, const JsonDocument *document, int index);
void onex_free(OnexResult *result);

#endif
