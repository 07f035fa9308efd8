/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * The air's end of a device model, for models in C: messages over the socket that is standard
 * input, as docs/device-model-protocol.md has them. C99 and POSIX, nothing else.
 */
#ifndef WLAN_MODEL_H
#define WLAN_MODEL_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    MSG_HELLO = 1, MSG_RESET, MSG_CONTROL, MSG_BULK_OUT, MSG_RECEIVE, MSG_STATUS,
    MSG_IDENTITY = 101, MSG_RESET_DONE, MSG_CONTROL_DONE, MSG_BULK_DONE, MSG_RECEIVED, MSG_SENT,
    MSG_TRANSFER, MSG_STARTED
};

enum { MODEL_VERSION = 1, HEADER_SIZE = 24, MAX_BODY = 1 << 18, AIR_SOCKET = 0 };

struct message {
    uint32_t length, kind;
    uint64_t number, time_ns;
    uint8_t *body;
};

static inline void put_le(uint8_t *at, int bytes, uint64_t value)
{
    for (int i = 0; i < bytes; i++)
        at[i] = (uint8_t)(value >> (8 * i));
}

static inline uint64_t get_le(const uint8_t *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++)
        value |= (uint64_t)at[i] << (8 * i);
    return value;
}

static inline void model_die(const char *why)
{
    fprintf(stderr, "device model: %s\n", why);
    exit(1);
}

/* All of it, or the end of the process: the air has hung up when there is no more. */
static inline void read_all(uint8_t *into, size_t size)
{
    while (size > 0) {
        ssize_t got = read(AIR_SOCKET, into, size);
        if (got == 0)
            exit(0);
        if (got < 0)
            model_die("the socket cannot be read");
        into += got;
        size -= (size_t)got;
    }
}

static inline void write_all(const uint8_t *from, size_t size)
{
    while (size > 0) {
        ssize_t put = write(AIR_SOCKET, from, size);
        if (put < 0)
            model_die("the socket cannot be written");
        from += put;
        size -= (size_t)put;
    }
}

/* The next message; its body is good until the next call. */
static inline struct message next_message(void)
{
    static uint8_t body[MAX_BODY];
    uint8_t head[HEADER_SIZE];
    struct message got;

    read_all(head, sizeof head);
    got.length = (uint32_t)get_le(head, 4);
    got.kind = (uint32_t)get_le(head + 4, 4);
    got.number = get_le(head + 8, 8);
    got.time_ns = get_le(head + 16, 8);
    got.body = body;
    if (got.length > sizeof body)
        model_die("a message is too long");
    read_all(body, got.length);
    return got;
}

/* Send a message whose body is two pieces: fields, and data. */
static inline void send_message(uint32_t kind, uint64_t number, const uint8_t *fields,
                                size_t fields_size, const uint8_t *data, size_t data_size)
{
    uint8_t head[HEADER_SIZE] = {0};

    put_le(head, 4, fields_size + data_size);
    put_le(head + 4, 4, kind);
    put_le(head + 8, 8, number);
    write_all(head, sizeof head);
    write_all(fields, fields_size);
    write_all(data, data_size);
}

/* Send a message that is a number of four bytes, and data. */
static inline void send_word(uint32_t kind, uint64_t number, uint32_t word, const uint8_t *data,
                             size_t data_size)
{
    uint8_t fields[4];

    put_le(fields, 4, word);
    send_message(kind, number, fields, sizeof fields, data, data_size);
}

/* The identity is put together piece by piece. */
struct identity {
    uint8_t bytes[512];
    size_t size;
};

static inline void add_number(struct identity *to, int bytes, uint32_t value)
{
    put_le(to->bytes + to->size, bytes, value);
    to->size += (size_t)bytes;
}

static inline void add_text(struct identity *to, const char *text)
{
    size_t length = strlen(text);

    add_number(to, 1, (uint32_t)length);
    memcpy(to->bytes + to->size, text, length);
    to->size += length;
}

static inline void add_bulk_endpoint(struct identity *to, uint8_t address)
{
    add_number(to, 1, address);
    add_number(to, 1, 2);   /* bulk */
    add_number(to, 2, 512); /* the largest packet */
    add_number(to, 1, 0);   /* no interval */
}

#endif
