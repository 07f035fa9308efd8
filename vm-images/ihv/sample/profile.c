// SPDX-License-Identifier: GPL-2.0-or-later
#include "profile.h"

#include <string.h>

#include "extras.h"
#include "faults.h"
#include "text.h"

#define MAX_FRAGMENT 16384 /* characters; a longer one is refused */
#define MAX_NAME 64
#define MAX_TEXT 128

typedef struct Cursor {
    const WCHAR *at;
    const WCHAR *end;
} Cursor;

/* A start tag as it was written ("p:Name") and its name without the prefix. */
typedef struct Tag {
    char full[MAX_NAME];
    const char *local;
    bool empty; /* <Name/> */
} Tag;

static bool is_space(WCHAR c)
{
    return c == L' ' || c == L'\t' || c == L'\r' || c == L'\n';
}

static bool is_name_character(WCHAR c)
{
    return (c >= L'a' && c <= L'z') || (c >= L'A' && c <= L'Z') || (c >= L'0' && c <= L'9') ||
           c == L'_' || c == L'-' || c == L'.' || c == L':';
}

static void skip_space(Cursor *c)
{
    while (c->at < c->end && is_space(*c->at))
        c->at++;
}

static bool take(Cursor *c, WCHAR expected)
{
    if (c->at == c->end || *c->at != expected)
        return false;
    c->at++;
    return true;
}

static bool read_name(Cursor *c, char out[MAX_NAME])
{
    size_t size = 0;
    while (c->at < c->end && is_name_character(*c->at) && size < MAX_NAME - 1)
        out[size++] = (char)*c->at++;
    out[size] = '\0';
    return size > 0 && !(c->at < c->end && is_name_character(*c->at));
}

/* name="value": namespaces and other attributes carry nothing for us. */
static bool skip_attribute(Cursor *c)
{
    char name[MAX_NAME];
    if (!read_name(c, name))
        return false;
    skip_space(c);
    if (!take(c, L'='))
        return false;
    skip_space(c);
    WCHAR quote = c->at < c->end ? *c->at : L'\0';
    if (quote != L'"' && quote != L'\'')
        return false;
    for (c->at++; c->at < c->end && *c->at != quote; c->at++)
        if (*c->at == L'<')
            return false;
    return take(c, quote);
}

static bool read_start_tag(Cursor *c, Tag *tag)
{
    skip_space(c);
    if (!take(c, L'<') || !read_name(c, tag->full))
        return false;
    const char *colon = strchr(tag->full, ':');
    tag->local = colon != NULL ? colon + 1 : tag->full;
    tag->empty = false;
    for (;;) {
        bool spaced = c->at < c->end && is_space(*c->at);
        skip_space(c);
        if (take(c, L'>'))
            return true;
        if (take(c, L'/')) {
            tag->empty = true;
            return take(c, L'>');
        }
        if (!spaced || !skip_attribute(c))
            return false;
    }
}

static bool read_end_tag(Cursor *c, const Tag *tag)
{
    char name[MAX_NAME];
    if (!take(c, L'<') || !take(c, L'/') || !read_name(c, name) || strcmp(name, tag->full) != 0)
        return false;
    skip_space(c);
    return take(c, L'>');
}

/* "&#38;", "&#x26;" or one of the five named entities; the '&' is taken already. */
static bool read_entity(Cursor *c, char *out)
{
    static const struct {
        const char *name;
        char value;
    } named[] = {{"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    char name[10];
    size_t size = 0;
    while (c->at < c->end && *c->at != L';' && *c->at < 0x7f && size < sizeof name - 1)
        name[size++] = (char)*c->at++;
    name[size] = '\0';
    if (!take(c, L';'))
        return false;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(name, named[i].name) == 0) {
            *out = named[i].value;
            return true;
        }
    }
    unsigned value = 0;
    bool hex = name[0] == '#' && name[1] == 'x';
    const char *digit = name + (hex ? 2 : 1);
    if (name[0] != '#' || *digit == '\0')
        return false;
    for (; *digit != '\0' && value < 0x80; digit++) {
        const char *found = strchr("0123456789abcdef", *digit | (*digit >= 'A' ? 0x20 : 0));
        unsigned number = found != NULL ? (unsigned)(found - "0123456789abcdef") : 16;
        if (number >= (hex ? 16u : 10u))
            return false;
        value = value * (hex ? 16 : 10) + number;
    }
    *out = (char)value;
    return value > 0 && value < 0x80;
}

/* Text up to the next tag; ASCII only, as all values are. */
static bool read_text(Cursor *c, char out[MAX_TEXT], size_t *size)
{
    *size = 0;
    while (c->at < c->end && *c->at != L'<') {
        char value;
        if (*size == MAX_TEXT - 1 || *c->at >= 0x80)
            return false;
        value = (char)*c->at++;
        if (value == '&' && !read_entity(c, &value))
            return false;
        out[(*size)++] = value;
    }
    out[*size] = '\0';
    return true;
}

static bool set_passphrase(SecurityProfile *profile, const char *text, size_t size)
{
    if (profile->passphrase_size != 0 || size < PASSPHRASE_MIN || size > PSK_DIGITS)
        return false;
    for (size_t i = 0; i < size; i++)
        if (text[i] < 0x20 || text[i] > 0x7e)
            return false;
        else if (size > PASSPHRASE_MAX && text_hex_digit(text[i]) < 0)
            return false;
    memcpy(profile->passphrase, text, size);
    profile->passphrase_size = size;
    return true;
}

static bool set_wep_key(SecurityProfile *profile, const char *text, size_t size)
{
    if (profile->wep_size != 0)
        return false;
    if (size == 5 || size == WEP_KEY_MAX) {
        memcpy(profile->wep_key, text, size);
        profile->wep_size = size;
        return true;
    }
    return (size == 10 || size == 2 * WEP_KEY_MAX) &&
           text_hex_decode(text, size, profile->wep_key, sizeof profile->wep_key,
                           &profile->wep_size);
}

/* Where an empty element of that name is kept, NULL for one that is not known. */
static bool *flag_named(SecurityProfile *profile, const char *name)
{
    const struct {
        const char *name;
        bool *flag;
    } flags[] = {
        {"Enterprise", &profile->enterprise},
        {"Open", &profile->open},
        {"Wpa", &profile->wpa},
        {"DynamicWep", &profile->dynamic_wep},
        {"SharedKey", &profile->shared_key},
        {"VendorValues", &profile->vendor_values},
    };
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        if (strcmp(name, flags[i].name) == 0)
            return flags[i].flag;
    return NULL;
}

static bool set_fault(SecurityProfile *profile, const char *text)
{
    if (profile->fault == NULL)
        profile->fault = faults_find(text);
    else
        return false;
    return profile->fault != NULL;
}

static bool read_child(Cursor *c, SecurityProfile *profile)
{
    Tag tag;
    char text[MAX_TEXT];
    size_t size = 0;
    bool valid = read_start_tag(c, &tag);
    if (valid && tag.empty) {
        unsigned extra = extras_find(tag.local);
        if (extra != 0) {
            valid = (profile->extras & extra) == 0;
            profile->extras |= extra;
            return valid;
        }
        bool *flag = flag_named(profile, tag.local);
        valid = flag != NULL && !*flag;
        if (valid)
            *flag = true;
        return valid;
    }
    valid = valid && read_text(c, text, &size) && read_end_tag(c, &tag);
    if (valid && strcmp(tag.local, "Passphrase") == 0)
        valid = set_passphrase(profile, text, size);
    else if (valid && strcmp(tag.local, "WepKey") == 0)
        valid = set_wep_key(profile, text, size);
    else if (valid && strcmp(tag.local, "Fault") == 0)
        valid = set_fault(profile, text);
    else
        valid = false;
    SecureZeroMemory(text, sizeof text);
    return valid;
}

/* One way to protect, and what belongs to it. */
static bool goes_together(const SecurityProfile *p)
{
    bool passphrase = p->passphrase_size != 0;
    bool wep = p->wep_size != 0;
    return p->enterprise + p->open + passphrase + wep == 1 &&
           (!p->wpa || passphrase || p->enterprise) &&
           (!p->dynamic_wep || (p->enterprise && !p->wpa)) && (!p->shared_key || wep) && (!p->vendor_values || p->open);
}

static bool read_document(Cursor *c, SecurityProfile *profile)
{
    Tag root;
    if (!read_start_tag(c, &root) || root.empty || strcmp(root.local, "IhvSecurity") != 0)
        return false;
    for (;;) {
        skip_space(c);
        if (c->end - c->at >= 2 && c->at[0] == L'<' && c->at[1] == L'/')
            break;
        if (!read_child(c, profile))
            return false;
    }
    if (!read_end_tag(c, &root))
        return false;
    skip_space(c);
    return c->at == c->end && goes_together(profile);
}

bool profile_parse(const WCHAR *fragment, SecurityProfile *profile)
{
    memset(profile, 0, sizeof *profile);
    if (fragment == NULL)
        return false;
    size_t length = wcsnlen(fragment, MAX_FRAGMENT);
    Cursor cursor = {fragment, fragment + length};
    if (length < MAX_FRAGMENT && read_document(&cursor, profile))
        return true;
    SecureZeroMemory(profile, sizeof *profile);
    return false;
}

bool profile_has_handshake(const SecurityProfile *profile)
{
    return (profile->enterprise && !profile->dynamic_wep) || profile->passphrase_size != 0;
}

bool profile_read(const DOT11EXT_IHV_SECURITY_PROFILE *security, SecurityProfile *profile)
{
    return security != NULL && profile_parse(security->pszXmlFragmentIhvSecurity, profile) &&
           profile->enterprise == (security->bUseMSOnex != FALSE);
}
