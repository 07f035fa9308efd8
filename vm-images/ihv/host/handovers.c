// SPDX-License-Identifier: GPL-2.0-or-later
#include "handovers.h"

#include "buffers.h"
#include "profile.h"

#define NOT_WRITTEN 0xffffffffu

static unsigned free_one(void *buffer)
{
    return buffer != NULL && buffers_free(buffer) ? 1 : 0;
}

/* The list and both texts of each entry ("Dot11ExtAllocateBuffer"). A list that is not one of our
 * buffers, or claims more entries than it holds, is left alone: the trace tells of it. */
static unsigned free_list(const DOT11EXT_IHV_DISCOVERY_PROFILE_LIST *list)
{
    unsigned freed = 0;
    PDOT11EXT_IHV_DISCOVERY_PROFILE profiles = list->pIhvDiscoveryProfiles;
    size_t size = buffers_size(profiles);
    if (profiles == NULL || size / sizeof *profiles < list->dwCount)
        return 0;
    for (DWORD i = 0; i < list->dwCount; i++) {
        freed += free_one(profiles[i].IhvConnectivityProfile.pszXmlFragmentIhvConnectivity);
        freed += free_one(profiles[i].IhvSecurityProfile.pszXmlFragmentIhvSecurity);
    }
    return freed + free_one(profiles);
}

DWORD handovers_discovery(Call *call)
{
    Profile profile;
    DWORD reason = NOT_WRITTEN;
    bool insecure = false;
    bool valid = profile_read(&profile, call->document, call->args);
    Guarded out = guarded_new(sizeof(DOT11EXT_IHV_DISCOVERY_PROFILE_LIST), 8);
    json_bool(call->document, json_member(call->document, call->args, "insecure"), &insecure);
    if (valid && out.data != NULL) {
        PDOT11EXT_IHV_DISCOVERY_PROFILE_LIST list = out.data;
        DWORD status = host.handlers.Dot11ExtIhvCreateDiscoveryProfiles(
            call->adapter, insecure, profile.params.data, profile.bss_list.data, list, &reason);
        jw_u64(&call->reply, "status", status);
        jw_u64(&call->reply, "reason", reason);
        jw_u64(&call->reply, "count", status == ERROR_SUCCESS ? list->dwCount : 0);
        jw_u64(&call->reply, "freed", status == ERROR_SUCCESS ? free_list(list) : 0);
    }
    guarded_free(&out);
    profile_free(&profile);
    return valid ? ERROR_SUCCESS : ERROR_INVALID_PARAMETER;
}

DWORD handovers_query_ui(Call *call)
{
    uint32_t phase = connection_phase_any;
    PDOT11EXT_IHV_UI_REQUEST request = NULL;
    unsigned freed = 0;
    uint64_t bytes = 0;
    json_u32(call->document, json_member(call->document, call->args, "phase"), &phase);
    DWORD status = host.handlers.Dot11ExtIhvQueryUIRequest(
        call->adapter, (DOT11EXT_IHV_CONNECTION_PHASE)phase, &request);
    if (status == ERROR_SUCCESS && buffers_size(request) >= sizeof *request) {
        bytes = request->dwByteCount;
        freed = free_one(request->pvUIRequest); /* none if it lies inside the request's buffer */
        freed += free_one(request);
    }
    jw_u64(&call->reply, "status", status);
    jw_u64(&call->reply, "bytes", bytes);
    jw_u64(&call->reply, "freed", freed);
    return ERROR_SUCCESS;
}
