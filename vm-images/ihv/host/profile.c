// SPDX-License-Identifier: GPL-2.0-or-later
#include "profile.h"

#include <string.h>

#include "text.h"

#define MAX_IES 4096u
#define MAX_SSIDS 32u

static bool read_ssids(Profile *profile, const JsonDocument *d, int array)
{
    DWORD count = 0;
    for (int i = json_first(d, array); i != JSON_NONE; i = json_after(d, array, i))
        count++;
    if (count > MAX_SSIDS)
        return false;
    profile->ssids = guarded_new(offsetof(DOT11EXT_IHV_SSID_LIST, SSIDs) +
                                     (count > 0 ? count : 1) * sizeof(DOT11_SSID),
                                 4);
    PDOT11EXT_IHV_SSID_LIST list = profile->ssids.data;
    if (list == NULL)
        return false;
    for (int i = json_first(d, array); i != JSON_NONE; i = json_after(d, array, i)) {
        PDOT11_SSID ssid = &list->SSIDs[list->ulCount++];
        size_t size;
        if (!json_hex(d, i, ssid->ucSSID, sizeof ssid->ucSSID, &size))
            return false;
        ssid->uSSIDLength = (ULONG)size;
    }
    return true;
}

/* A text or null; absent is null. */
static bool read_text(Guarded *out, const JsonDocument *d, int index)
{
    if (index == JSON_NONE || json_is_null(d, index))
        return true;
    WCHAR *text = json_wide(d, index);
    if (text == NULL)
        return false;
    size_t size = (wcslen(text) + 1) * sizeof *text;
    *out = guarded_copy(text, size, sizeof *text);
    SecureZeroMemory(text, size);
    text_free(text);
    return out->data != NULL;
}

static uint64_t number(const JsonDocument *d, int object, const char *name, uint64_t otherwise)
{
    uint64_t value = otherwise;
    json_u64(d, json_member(d, object, name), &value);
    return value;
}

/* RSSI is negative, which json_u64 refuses: read it from its digits. */
static LONG negative(const JsonDocument *d, int object, const char *name)
{
    int index = json_member(d, object, name);
    LONG sum = 0;
    if (index == JSON_NONE || d->tokens[index].type != JSON_NUMBER)
        return 0;
    bool minus = d->text[d->tokens[index].start] == '-';
    for (uint32_t i = d->tokens[index].start + minus; i < d->tokens[index].end; i++) {
        if (d->text[i] < '0' || d->text[i] > '9' || sum > 1000)
            break;
        sum = sum * 10 + (d->text[i] - '0');
    }
    return minus ? -sum : sum;
}

/* Appends one DOT11_BSS_ENTRY at `at`: entries follow each other without padding. */
static bool read_bss(const JsonDocument *d, int item, uint8_t *at, size_t *used)
{
    DOT11_BSS_ENTRY entry;
    size_t size = 0;
    int ies = json_member(d, item, "ies");
    memset(&entry, 0, sizeof entry);
    if (!json_mac(d, json_member(d, item, "bssid"), entry.dot11BSSID))
        return false;
    if (!json_hex(d, ies, at + HIL_BSS_ENTRY_FIXED_SIZE, json_hex_size(d, ies), &size))
        return false;
    entry.dot11BSSType = (DOT11_BSS_TYPE)number(d, item, "bss_type", 1);
    entry.lRSSI = negative(d, item, "rssi");
    entry.uLinkQuality = (ULONG)number(d, item, "link_quality", 0);
    entry.bInRegDomain = TRUE;
    entry.usBeaconPeriod = (USHORT)number(d, item, "beacon_period", 100);
    entry.ullTimestamp = number(d, item, "timestamp", 0);
    entry.ullHostTimestamp = number(d, item, "host_timestamp", 0);
    entry.usCapabilityInformation = (USHORT)number(d, item, "capability", 0);
    entry.uBufferLength = (ULONG)size;
    memcpy(at, &entry, HIL_BSS_ENTRY_FIXED_SIZE);
    *used = HIL_BSS_ENTRY_FIXED_SIZE + size;
    return true;
}

static bool read_bss_list(Profile *profile, const JsonDocument *d, int array)
{
    size_t total = 0;
    for (int i = json_first(d, array); i != JSON_NONE; i = json_after(d, array, i)) {
        size_t size = json_hex_size(d, json_member(d, i, "ies"));
        if (size > MAX_IES)
            return false;
        total += HIL_BSS_ENTRY_FIXED_SIZE + size;
    }
    profile->bss_list = guarded_new(sizeof(DOT11_BSS_LIST), 8);
    profile->bss_entries = guarded_new(total, 8);
    PDOT11_BSS_LIST list = profile->bss_list.data;
    uint8_t *at = profile->bss_entries.data;
    if (list == NULL || at == NULL)
        return false;
    for (int i = json_first(d, array); i != JSON_NONE; i = json_after(d, array, i)) {
        size_t used = 0;
        if (!read_bss(d, i, at, &used))
            return false;
        at += used;
    }
    list->uNumOfBytes = (ULONG)total;
    list->pucBuffer = profile->bss_entries.data;
    return true;
}

static bool fill_params(Profile *profile, const JsonDocument *d, int args, bool ms_onex)
{
    profile->settings = guarded_new(sizeof(DOT11_MSSECURITY_SETTINGS), 8);
    profile->params = guarded_new(sizeof(DOT11EXT_IHV_PROFILE_PARAMS), 8);
    PDOT11_MSSECURITY_SETTINGS settings = profile->settings.data;
    PDOT11EXT_IHV_PROFILE_PARAMS params = profile->params.data;
    if (settings == NULL || params == NULL)
        return false;
    /* The profile's own <authEncryption>: open, none; the IHV security overrides it. */
    settings->dot11AuthAlgorithm = DOT11_AUTH_ALGO_80211_OPEN;
    settings->dot11CipherAlgorithm = DOT11_CIPHER_ALGO_NONE;
    settings->fOneXEnabled = ms_onex;
    params->pSsidList = profile->ssids.data;
    params->BssType = (DOT11_BSS_TYPE)number(d, args, "bss_type", 1);
    params->pMSSecuritySettings = settings;
    return true;
}

bool profile_read(Profile *profile, const JsonDocument *d, int args)
{
    bool ms_onex = false;
    int bss_list = json_member(d, args, "bss_list");
    memset(profile, 0, sizeof *profile);
    json_bool(d, json_member(d, args, "use_ms_onex"), &ms_onex);
    if (!read_ssids(profile, d, json_member(d, args, "ssids")) ||
        !read_text(&profile->connectivity_text, d, json_member(d, args, "connectivity_xml")) ||
        !read_text(&profile->security_text, d, json_member(d, args, "security_xml")) ||
        !fill_params(profile, d, args, ms_onex))
        return false;
    profile->connectivity = guarded_new(sizeof(DOT11EXT_IHV_CONNECTIVITY_PROFILE), 8);
    profile->security = guarded_new(sizeof(DOT11EXT_IHV_SECURITY_PROFILE), 8);
    PDOT11EXT_IHV_CONNECTIVITY_PROFILE connectivity = profile->connectivity.data;
    PDOT11EXT_IHV_SECURITY_PROFILE security = profile->security.data;
    if (connectivity == NULL || security == NULL)
        return false;
    connectivity->pszXmlFragmentIhvConnectivity = profile->connectivity_text.data;
    security->pszXmlFragmentIhvSecurity = profile->security_text.data;
    security->bUseMSOnex = ms_onex;
    return bss_list == JSON_NONE || json_is_null(d, bss_list) ||
           read_bss_list(profile, d, bss_list);
}

void profile_free(Profile *profile)
{
    if (profile->security_text.data != NULL)
        SecureZeroMemory(profile->security_text.data,
                         wcslen(profile->security_text.data) * sizeof(WCHAR));
    guarded_free(&profile->params);
    guarded_free(&profile->ssids);
    guarded_free(&profile->settings);
    guarded_free(&profile->connectivity);
    guarded_free(&profile->security);
    guarded_free(&profile->connectivity_text);
    guarded_free(&profile->security_text);
    guarded_free(&profile->bss_list);
    guarded_free(&profile->bss_entries);
}
