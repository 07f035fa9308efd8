// SPDX-License-Identifier: GPL-2.0-or-later
/* Between the OS and the good DLL: where faults take the place of good functions (faults.h). */
#ifndef HIL_SAMPLE_LAYER_H
#define HIL_SAMPLE_LAYER_H

#include "wlanihv.h"

/* Reads sample.ini beside the DLL; once, before anything else. */
void layer_open(HINSTANCE dll);

/* The exports, as the fault of the service has them or else as given here. */
DWORD layer_get_version(DOT11EXTIHV_GET_VERSION_INFO good_one, PDOT11_IHV_VERSION_INFO info);
DWORD layer_init_service(DOT11EXTIHV_INIT_SERVICE good_one, DWORD version, PDOT11EXT_APIS table,
                         PDOT11EXT_IHV_HANDLERS handlers);

/* Takes over the framework's functions and the good handlers; gives the handlers for the OS. */
void layer_connect(PDOT11EXT_APIS table, const DOT11EXT_IHV_HANDLERS *own,
                   PDOT11EXT_IHV_HANDLERS handlers);

/* What a thread of the DLL finds at DeinitService: the end of every delayed action. */
void layer_close(void);

#endif
