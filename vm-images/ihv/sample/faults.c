// SPDX-License-Identifier: GPL-2.0-or-later
#include "faults.h"

#include <string.h>

static const Fault *const FAMILIES[] = {
    FAULTS_SERVICE, FAULTS_ADAPTER, FAULTS_PRE,   FAULTS_PACKETS, FAULTS_POST,
    FAULTS_END,     FAULTS_KEYS,    FAULTS_OTHER, FAULTS_HOST,
    FAULTS_ONEX,
};

const Fault *faults_find(const char *name)
{
    for (size_t i = 0; i < sizeof FAMILIES / sizeof FAMILIES[0]; i++)
        for (const Fault *fault = FAMILIES[i]; fault->name != NULL; fault++)
            if (strcmp(fault->name, name) == 0)
                return fault;
    return NULL;
}
