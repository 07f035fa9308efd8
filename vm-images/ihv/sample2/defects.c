// SPDX-License-Identifier: GPL-2.0-or-later
#include "defects.h"

#include <stddef.h>

static const struct {
    const wchar_t *name;
    Defect defect;
} DEFECTS[] = {
    {L"wrong-session", DEFECT_WRONG_SESSION},
    {L"completes-inside", DEFECT_COMPLETES_INSIDE},
    {L"spoils-request", DEFECT_SPOILS_REQUEST},
    {L"reuses-request-id", DEFECT_REUSES_REQUEST_ID},
    {L"forgets-to-complete", DEFECT_FORGETS_TO_COMPLETE},
    {L"bad-m2-mic", DEFECT_BAD_M2_MIC},
    {L"outbound-group-key", DEFECT_OUTBOUND_GROUP_KEY},
    {L"completes-after-stop", DEFECT_COMPLETES_AFTER_STOP},
};

Defect defect_named(const wchar_t *name)
{
    for (size_t i = 0; i < sizeof DEFECTS / sizeof DEFECTS[0]; i++)
        if (wcscmp(DEFECTS[i].name, name) == 0)
            return DEFECTS[i].defect;
    return DEFECT_NONE;
}
