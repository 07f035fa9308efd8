// SPDX-License-Identifier: GPL-2.0-or-later
#include "json_reader.h"

#include <string.h>

#include "text.h"

#define MAX_TEXT (8u << 20)

typedef struct Parser {
    JsonDocument *document;
    size_t at;
    size_t length;
    int open[JSON_MAX_DEPTH]; /* containers that are not closed yet */
    int depth;
} Parser;

static char peek(const Parser *p)
{
    return p->at < p->length ? p->document->text[p->at] : '\0';
}

static void skip_space(Parser *p)
{
    while (p->at < p->length) {
        char c = p->document->text[p->at];
        if (c != ' ' && c != '\t' && c != '\r' && c != '\n')
            return;
        p->at++;
    }
}

static JsonToken *add_token(Parser *p, JsonType type, size_t start)
{
    if (p->document->count == JSON_MAX_TOKENS)
        return NULL;
    JsonToken *token = &p->document->tokens[p->document->count++];
    token->type = type;
    token->start = token->end = (uint32_t)start;
    token->next = p->document->count;
    return token;
}

static bool read_escape(Parser *p)
{
    char c = peek(p);
    p->at++;
    if (c == 'u') {
        for (int i = 0; i < 4; i++, p->at++)
            if (text_hex_digit(peek(p)) < 0)
                return false;
        return true;
    }
    return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
}

static bool read_string(Parser *p)
{
    JsonToken *token = add_token(p, JSON_STRING, ++p->at);
    if (token == NULL)
        return false;
    while (p->at < p->length) {
        unsigned char c = (unsigned char)p->document->text[p->at];
        if (c == '"') {
            token->end = (uint32_t)p->at++;
            return true;
        }
        if (c < 0x20)
            return false;
        p->at++;
        if (c == '\\' && !read_escape(p))
            return false;
    }
    return false;
}

static size_t read_digits(Parser *p)
{
    size_t start = p->at;
    while (peek(p) >= '0' && peek(p) <= '9')
        p->at++;
    return p->at - start;
}

static bool read_number(Parser *p)
{
    JsonToken *token = add_token(p, JSON_NUMBER, p->at);
    if (token == NULL)
        return false;
    if (peek(p) == '-')
        p->at++;
    bool zero = peek(p) == '0';
    size_t digits = read_digits(p);
    if (digits == 0 || (zero && digits > 1))
        return false;
    if (peek(p) == '.') {
        p->at++;
        if (read_digits(p) == 0)
            return false;
    }
    if (peek(p) == 'e' || peek(p) == 'E') {
        p->at++;
        if (peek(p) == '+' || peek(p) == '-')
            p->at++;
        if (read_digits(p) == 0)
            return false;
    }
    token->end = (uint32_t)p->at;
    return true;
}

static bool read_word(Parser *p, const char *word, JsonType type)
{
    size_t size = strlen(word);
    JsonToken *token = add_token(p, type, p->at);
    if (token == NULL || p->length - p->at < size)
        return false;
    if (memcmp(p->document->text + p->at, word, size) != 0)
        return false;
    p->at += size;
    token->end = (uint32_t)p->at;
    return true;
}

static bool open_container(Parser *p, JsonType type)
{
    if (p->depth == JSON_MAX_DEPTH || add_token(p, type, p->at) == NULL)
        return false;
    p->open[p->depth++] = p->document->count - 1;
    p->at++;
    return true;
}

static void close_container(Parser *p)
{
    JsonToken *token = &p->document->tokens[p->open[--p->depth]];
    token->end = (uint32_t)++p->at;
    token->next = p->document->count;
}

static bool read_name(Parser *p)
{
    skip_space(p);
    if (peek(p) != '"' || !read_string(p))
        return false;
    skip_space(p);
    if (peek(p) != ':')
        return false;
    p->at++;
    return true;
}

/* Reads one value; a container that is not empty is only opened. */
static bool read_value(Parser *p, bool *opened)
{
    *opened = false;
    skip_space(p);
    switch (peek(p)) {
    case '{':
    case '[': {
        bool object = peek(p) == '{';
        if (!open_container(p, object ? JSON_OBJECT : JSON_ARRAY))
            return false;
        skip_space(p);
        if (peek(p) == (object ? '}' : ']')) {
            close_container(p);
            return true;
        }
        *opened = true;
        return !object || read_name(p);
    }
    case '"':
        return read_string(p);
    case 't':
        return read_word(p, "true", JSON_TRUE);
    case 'f':
        return read_word(p, "false", JSON_FALSE);
    case 'n':
        return read_word(p, "null", JSON_NULL);
    default:
        return read_number(p);
    }
}

/* After a value: closes what ends here. True if another value must follow. */
static bool read_separators(Parser *p, bool *valid)
{
    while (p->depth > 0) {
        bool object = p->document->tokens[p->open[p->depth - 1]].type == JSON_OBJECT;
        skip_space(p);
        if (peek(p) == ',') {
            p->at++;
            *valid = !object || read_name(p);
            return *valid;
        }
        if (peek(p) != (object ? '}' : ']')) {
            *valid = false;
            return false;
        }
        close_container(p);
    }
    return false;
}

bool json_parse(JsonDocument *document, const char *text, size_t length)
{
    Parser p = {.document = document, .length = length};
    bool valid = length <= MAX_TEXT;
    bool more = true;

    document->text = text;
    document->count = 0;
    while (valid && more) {
        bool opened;
        valid = read_value(&p, &opened);
        if (valid && !opened)
            more = read_separators(&p, &valid);
    }
    skip_space(&p);
    if (!valid || p.at != length)
        document->count = 0;
    return document->count != 0;
}

static const JsonToken *token_at(const JsonDocument *document, int index, JsonType type)
{
    if (index < 0 || index >= document->count || document->tokens[index].type != type)
        return NULL;
    return &document->tokens[index];
}

int json_member(const JsonDocument *document, int object, const char *name)
{
    const JsonToken *parent = token_at(document, object, JSON_OBJECT);
    if (parent == NULL)
        return JSON_NONE;
    for (int i = object + 1; i < parent->next; i = document->tokens[i + 1].next)
        if (json_equals(document, i, name))
            return i + 1;
    return JSON_NONE;
}

int json_first(const JsonDocument *document, int array)
{
    const JsonToken *parent = token_at(document, array, JSON_ARRAY);
    return parent != NULL && parent->next > array + 1 ? array + 1 : JSON_NONE;
}

int json_after(const JsonDocument *document, int array, int element)
{
    int next = document->tokens[element].next;
    return next < document->tokens[array].next ? next : JSON_NONE;
}

bool json_is_null(const JsonDocument *document, int index)
{
    return token_at(document, index, JSON_NULL) != NULL;
}

bool json_u64(const JsonDocument *document, int index, uint64_t *value)
{
    const JsonToken *token = token_at(document, index, JSON_NUMBER);
    uint64_t sum = 0;
    if (token == NULL)
        return false;
    for (uint32_t i = token->start; i < token->end; i++) {
        char c = document->text[i];
        if (c < '0' || c > '9' || sum > (UINT64_MAX - (uint64_t)(c - '0')) / 10)
            return false;
        sum = sum * 10 + (uint64_t)(c - '0');
    }
    *value = sum;
    return true;
}

bool json_u32(const JsonDocument *document, int index, uint32_t *value)
{
    uint64_t wide;
    if (!json_u64(document, index, &wide) || wide > UINT32_MAX)
        return false;
    *value = (uint32_t)wide;
    return true;
}

bool json_pointer(const JsonDocument *document, int index, uint64_t *value)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    uint64_t sum = 0;
    if (token == NULL || token->end - token->start < 3 || token->end - token->start > 18)
        return false;
    const char *text = document->text + token->start;
    if (text[0] != '0' || text[1] != 'x')
        return false;
    for (uint32_t i = 2; i < token->end - token->start; i++) {
        int digit = text_hex_digit(text[i]);
        if (digit < 0)
            return false;
        sum = sum << 4 | (uint64_t)digit;
    }
    *value = sum;
    return true;
}

bool json_bool(const JsonDocument *document, int index, bool *value)
{
    *value = token_at(document, index, JSON_TRUE) != NULL;
    return *value || token_at(document, index, JSON_FALSE) != NULL;
}

bool json_equals(const JsonDocument *document, int index, const char *text)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    return token != NULL && token->end - token->start == strlen(text) &&
           memcmp(document->text + token->start, text, strlen(text)) == 0;
}

size_t json_hex_size(const JsonDocument *document, int index)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    return token == NULL ? 0 : (token->end - token->start) / 2;
}

bool json_hex(const JsonDocument *document, int index, uint8_t *out, size_t capacity, size_t *size)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    return token != NULL && text_hex_decode(document->text + token->start,
                                            token->end - token->start, out, capacity, size);
}

bool json_mac(const JsonDocument *document, int index, uint8_t mac[6])
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    return token != NULL &&
           text_parse_mac(document->text + token->start, token->end - token->start, mac);
}

bool json_guid(const JsonDocument *document, int index, GUID *guid)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    return token != NULL &&
           text_parse_guid(document->text + token->start, token->end - token->start, guid);
}

static WCHAR escape_value(const char *escape)
{
    switch (escape[1]) {
    case 'b':
        return L'\b';
    case 'f':
        return L'\f';
    case 'n':
        return L'\n';
    case 'r':
        return L'\r';
    case 't':
        return L'\t';
    case 'u':
        return (WCHAR)(text_hex_digit(escape[2]) << 12 | text_hex_digit(escape[3]) << 8 |
                       text_hex_digit(escape[4]) << 4 | text_hex_digit(escape[5]));
    default:
        return (WCHAR)(unsigned char)escape[1];
    }
}

WCHAR *json_wide(const JsonDocument *document, int index)
{
    const JsonToken *token = token_at(document, index, JSON_STRING);
    if (token == NULL)
        return NULL;
    /* Decoding UTF-8 first leaves every ASCII escape as it is; unescaping in place then shrinks. */
    WCHAR *wide = text_to_wide(document->text + token->start, token->end - token->start);
    if (wide == NULL)
        return NULL;
    WCHAR *out = wide;
    for (const WCHAR *in = wide; *in != L'\0'; in++) {
        if (*in != L'\\') {
            *out++ = *in;
            continue;
        }
        char escape[6];
        for (int i = 0; i < (in[1] == L'u' ? 6 : 2); i++)
            escape[i] = (char)in[i];
        *out = escape_value(escape);
        in += in[1] == L'u' ? 5 : 1;
        if (*out++ == L'\0') {
            text_free(wide);
            return NULL;
        }
    }
    *out = L'\0';
    return wide;
}
