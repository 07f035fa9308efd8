/* SPDX-License-Identifier: GPL-2.0-or-later
 *
 * A device model in a process of its own: Realtek's RTL8187L, as in an Alfa AWUS036H. Linux' driver
 * rtl8187 binds to it, scans, associates and carries data. See docs/adding-a-device-model.md.
 *
 *     cc -std=c99 -D_POSIX_C_SOURCE=200809L -Wall -Wextra -o rtl8187l rtl8187l.c
 *
 * The cipher engine is left out: that driver leaves encryption to the kernel.
 */
#include "wlan_model.h"

/* Registers lie at 0xFE00 to 0xFFFF, those from 0xFF00 on in four pages. */
enum {
    REG_MAC = 0xFF00, REG_TSF = 0xFF18, REG_COMMAND = 0xFF37, REG_TX_CONFIG = 0xFF40,
    REG_VERSION = 0xFF43, REG_RX_CONFIG = 0xFF44, REG_EEPROM = 0xFF50, REG_PAGE = 0xFF5E,
    REG_RF_OUTPUT = 0xFF80, REG_RF_INPUT = 0xFF86, REG_GPIO = 0xFF92, REG_RETRIES = 0xFFFA,
    REG_REVISION = 0xFFFE
};
enum { TX_ON = 1 << 2, RX_ON = 1 << 3, CHIP_RESET = 1 << 4, LOOPBACK = 1 << 17 };
enum { RX_MONITOR = 1, RX_OWN = 2, RX_MULTICAST = 4, RX_BROADCAST = 8 };
enum { EE_SELECT = 8, EE_CLOCK = 4, EE_IN = 2, EE_OUT = 1, EE_PROGRAM = 2 << 6, EE_LOAD = 1 << 6 };
enum { RF_DATA = 1, RF_CLOCK = 2, RF_DISABLE = 4, RF_READ = 8 };
enum { EP_RX = 0x81, EP_TX = 0x02, EP_TX_LOW = 0x03 };
enum { TX_HEADER = 12, RX_TRAILER = 16, MAX_FRAME = 4095, ATTEMPTS = 7, MAX_WAITING = 256 };

static const uint32_t rates_kbps[12] = {
    1000, 2000, 5500, 11000, 6000, 9000, 12000, 18000, 24000, 36000, 48000, 54000
};

static struct {
    uint8_t pages[4][512];
    uint8_t mac[6];
    uint64_t now_ns, reset_ns;
    int started;
    /* the EEPROM's pins: a command of nine bits is shifted in, words are shifted out */
    uint16_t eeprom[64];
    unsigned ee_pins, ee_command, ee_bits, ee_left, ee_address, ee_out;
    /* the RF chip: sixteen registers, and the bus on which they are read */
    uint16_t rf[16];
    unsigned rf_pins, rf_bits, rf_count, rf_answer, rf_left;
    /* frames on the air that wait for their status: which transfer each came in */
    uint64_t waiting[MAX_WAITING];
    int wants_ack[MAX_WAITING];
    unsigned sent;
} chip;

static uint8_t *reg(unsigned address)
{
    return &chip.pages[0][address - 0xFE00];
}

static void power_on(void)
{
    memset(chip.pages, 0, sizeof chip.pages);
    memset(chip.rf, 0, sizeof chip.rf);
    memcpy(reg(REG_MAC), chip.mac, 6);
    chip.ee_pins = chip.ee_command = chip.ee_bits = chip.ee_left = chip.ee_out = 0;
    chip.rf_pins = RF_DISABLE;
    chip.rf_bits = chip.rf_count = chip.rf_answer = chip.rf_left = 0;
    chip.reset_ns = chip.now_ns;
    chip.started = 0;
    memset(chip.waiting, 0, sizeof chip.waiting);
}

static void fill_eeprom(void)
{
    static const uint8_t tx_power[] = {0x1B, 0x1C, 0x16, 0x17, 0x18, 0x3D, 0x3E, 0x0A};

    chip.eeprom[0x00] = 0x8187;
    chip.eeprom[0x05] = 0x0A0A; /* base of transmit powers */
    chip.eeprom[0x06] = 0x0009; /* the RF chip: RTL8225 "zebra 2" */
    for (int i = 0; i < 3; i++)
        chip.eeprom[7 + i] = (uint16_t)get_le(chip.mac + 2 * i, 2);
    for (size_t i = 0; i < sizeof tx_power; i++)
        chip.eeprom[tx_power[i]] = 0x4444;
}

/* The serial EEPROM 93C46: a start bit, two of operation, six of address; the word follows. */
static void set_eeprom_pins(unsigned pins)
{
    int rising = (pins & EE_CLOCK) && !(chip.ee_pins & EE_CLOCK);

    chip.ee_pins = pins;
    if (!(pins & EE_SELECT)) {
        chip.ee_command = chip.ee_bits = chip.ee_left = chip.ee_out = 0;
    } else if (rising && chip.ee_left) {
        chip.ee_left--;
        chip.ee_out = chip.eeprom[chip.ee_address] >> chip.ee_left & 1;
        if (!chip.ee_left) {
            chip.ee_address = (chip.ee_address + 1) % 64;
            chip.ee_left = 16;
        }
    } else if (rising && (chip.ee_bits || (pins & EE_IN))) {
        chip.ee_command = chip.ee_command << 1 | ((pins & EE_IN) ? 1 : 0);
        if (++chip.ee_bits == 9) {
            chip.ee_address = chip.ee_command & 63;
            chip.ee_left = (chip.ee_command >> 6 & 3) == 2 ? 16 : 0; /* reading alone is known */
            chip.ee_command = chip.ee_bits = 0;
        }
    }
}

static unsigned rf_register(unsigned number)
{
    if (chip.rf[0] == 0x1B7 && number == 8)
        return 0x588; /* by these two the driver knows the second revision */
    if (chip.rf[0] == 0x1B7 && number == 9)
        return 0x700;
    return chip.rf[number & 15] & 0xFFF;
}

/* The RF chip's bus: address and data are taken on both edges, the answer is put out on rising. */
static void set_rf_pins(unsigned pins)
{
    unsigned before = chip.rf_pins;

    chip.rf_pins = pins;
    if (pins & RF_DISABLE) {
        if (!(before & RF_DISABLE) && chip.rf_count == 16 && !(pins & RF_READ))
            chip.rf[chip.rf_bits & 15] = (uint16_t)(chip.rf_bits >> 4);
        chip.rf_bits = chip.rf_count = chip.rf_left = 0;
    } else if ((pins & RF_CLOCK) != (before & RF_CLOCK) && !(before & RF_DISABLE)) {
        if (pins & RF_READ) {
            if ((pins & RF_CLOCK) && chip.rf_left)
                chip.rf_left--;
            return;
        }
        if (chip.rf_count < 16) {
            chip.rf_bits = chip.rf_bits << 1 | (pins & RF_DATA);
            chip.rf_count++;
        }
        if (chip.rf_count == 5) {
            chip.rf_answer = rf_register(chip.rf_bits & 31);
            chip.rf_left = 12;
        }
    }
}

/* The channel's centre in MHz by the RF chip's synthesizer; 0: it is tuned to none. */
static uint32_t freq_mhz(void)
{
    unsigned word = chip.rf[7];

    if (word == 0x0F72)
        return 2484;
    if (word < 0x085C || (word - 0x085C) % 0x80 || (word - 0x085C) / 0x80 > 12)
        return 0;
    return 2412 + 5 * ((word - 0x085C) / 0x80);
}

static uint64_t tsf_us(void)
{
    return (chip.now_ns - chip.reset_ns) / 1000;
}

static void before_read(void)
{
    put_le(reg(REG_TSF), 8, tsf_us());
    *reg(REG_EEPROM) = (uint8_t)((*reg(REG_EEPROM) & ~EE_OUT) | chip.ee_out);
    *reg(REG_VERSION) = (uint8_t)((*reg(REG_VERSION) & ~(7 << 1)) | 5 << 1); /* revision D */
    *reg(REG_RX_CONFIG) &= (uint8_t)~(1 << 6); /* the EEPROM is a 93C46 */
    *reg(REG_RF_INPUT) = chip.rf_answer >> chip.rf_left & 1 ? 2 : 0;
    *reg(REG_GPIO) |= 2; /* the switch of the radio is on */
}

static int within(unsigned wanted, unsigned address, unsigned count)
{
    return wanted >= address && wanted < address + count;
}

static void after_write(unsigned address, unsigned count)
{
    if (within(REG_COMMAND, address, count)) {
        uint8_t *command = reg(REG_COMMAND);

        if (*command & CHIP_RESET)
            *command &= (uint8_t)~(CHIP_RESET | TX_ON | RX_ON);
        if ((*command & TX_ON) && (*command & RX_ON) && !chip.started) {
            chip.started = 1;
            send_word(MSG_STARTED, 0, 1, NULL, 0);
        }
    }
    if (within(REG_EEPROM, address, count)) {
        uint8_t *command = reg(REG_EEPROM);

        if ((*command & 3 << 6) == EE_PROGRAM) {
            set_eeprom_pins(*command);
        } else if ((*command & 3 << 6) == EE_LOAD) {
            memcpy(reg(REG_MAC), chip.mac, 6);
            *command &= (uint8_t)~(3 << 6);
        }
    }
    if (within(REG_RF_OUTPUT, address, count))
        set_rf_pins(*reg(REG_RF_OUTPUT));
}

/* A register is read or written; anything else is a stall. */
static void on_control(const struct message *got)
{
    const uint8_t *setup = got->body, *data = got->body + 8;
    unsigned type = setup[0], request = setup[1], page;
    unsigned address = (unsigned)get_le(setup + 2, 2), index = (unsigned)get_le(setup + 4, 2);
    unsigned count = (unsigned)get_le(setup + 6, 2);
    uint8_t answer[4];

    if (type == 0xC0 && count > 4)
        count = 4;
    if (request != 5 || (type != 0xC0 && type != 0x40) || count < 1 || count > 4)
        goto stall;
    if (type == 0x40 && index == 0x8225) {
        chip.rf[address & 15] = (uint16_t)get_le(data, count < 2 ? 1 : 2);
        send_word(MSG_CONTROL_DONE, got->number, 0, NULL, 0);
        return;
    }
    if (address < 0xFE00 || address + count > 0x10000)
        goto stall;
    page = address >= 0xFF00 ? index & 3 : 0;
    if (type == 0x40) {
        memcpy(&chip.pages[page][address - 0xFE00], data, count);
        if (!(index & 3))
            after_write(address, count);
        send_word(MSG_CONTROL_DONE, got->number, 0, NULL, 0);
        return;
    }
    if (!(index & 3))
        before_read();
    memcpy(answer, &chip.pages[page][address - 0xFE00], count);
    if (!(index & 3) && address == REG_REVISION && (*reg(REG_PAGE) & 1))
        answer[0] = (uint8_t)((answer[0] & ~3) | 1);
    send_word(MSG_CONTROL_DONE, got->number, 0, answer, count);
    return;
stall:
    send_word(MSG_CONTROL_DONE, got->number, 1, NULL, 0);
}

/* The driver hands over a frame behind its descriptor. Its transfer ends when the status has come,
 * since this driver reads the count of retries then. */
static void on_bulk_out(const struct message *got)
{
    const uint8_t *transfer = got->body + 4, *frame = transfer + TX_HEADER;
    size_t size = got->length - 4;
    uint32_t descriptor, rate;
    uint8_t fields[8];
    unsigned place = chip.sent % MAX_WAITING;

    descriptor = size < TX_HEADER ? 0 : (uint32_t)get_le(transfer, 4);
    if (size < TX_HEADER + 24 || (descriptor & 0xFFF) != size - TX_HEADER) {
        send_word(MSG_BULK_DONE, got->number, 1, NULL, 0); /* that is no frame of this chip */
        return;
    }
    if (!(*reg(REG_COMMAND) & TX_ON) || (get_le(reg(REG_TX_CONFIG), 4) & LOOPBACK) ||
        chip.waiting[place]) {
        send_word(MSG_BULK_DONE, got->number, 0, NULL, 0);
        return;
    }
    chip.waiting[place] = got->number;
    chip.wants_ack[place] = !(frame[4] & 1);
    rate = descriptor >> 24 & 15;
    put_le(fields, 4, freq_mhz());
    put_le(fields + 4, 4, rate < 12 ? rates_kbps[rate] : 0);
    send_message(MSG_SENT, chip.sent++, fields, sizeof fields, frame, size - TX_HEADER);
}

static void on_status(const struct message *got)
{
    unsigned place = (unsigned)(got->number % MAX_WAITING);
    int acked = (int)get_le(got->body, 4);

    if (!chip.waiting[place])
        return;
    if (!acked && chip.wants_ack[place])
        put_le(reg(REG_RETRIES), 2, get_le(reg(REG_RETRIES), 2) + ATTEMPTS);
    send_word(MSG_BULK_DONE, chip.waiting[place], 0, NULL, 0);
    chip.waiting[place] = 0;
}

static int wanted(const uint8_t *frame, uint32_t config)
{
    static const uint32_t types[4] = {1u << 20, 1u << 19, 1u << 18, 0};

    if (!(config & types[frame[0] >> 2 & 3]))
        return 0;
    if (config & RX_MONITOR)
        return 1;
    if (!memcmp(frame + 4, "\xff\xff\xff\xff\xff\xff", 6))
        return (config & RX_BROADCAST) != 0;
    if (frame[4] & 1)
        return (config & RX_MULTICAST) != 0;
    return (config & RX_OWN) && !memcmp(frame + 4, reg(REG_MAC), 6);
}

static uint32_t crc32_of(const uint8_t *data, size_t size)
{
    uint32_t crc = 0xFFFFFFFF;

    while (size--) {
        crc ^= *data++;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320 : 0);
    }
    return ~crc;
}

/* A frame on the air: the driver gets it with its FCS, and a trailer that tells of it. */
static void on_receive(const struct message *got)
{
    uint32_t freq = (uint32_t)get_le(got->body, 4), rate = (uint32_t)get_le(got->body + 4, 4);
    int32_t dbm = (int32_t)(uint32_t)get_le(got->body + 8, 4);
    const uint8_t *frame = got->body + 12;
    size_t size = got->length - 12;
    static uint8_t out[MAX_FRAME + 4 + RX_TRAILER];
    uint8_t *trailer = out + size + 4;
    unsigned index = 0;
    uint32_t flags;

    while (index < 12 && rates_kbps[index] != rate)
        index++;
    if (!(*reg(REG_COMMAND) & RX_ON) || freq != freq_mhz() || index == 12 || size < 10 ||
        size > MAX_FRAME - 4 || !wanted(frame, (uint32_t)get_le(reg(REG_RX_CONFIG), 4))) {
        send_word(MSG_RECEIVED, got->number, 0, NULL, 0); /* it is not received */
        return;
    }
    if (dbm > -4)
        dbm = -4;
    if (dbm < -100)
        dbm = -100;
    flags = (uint32_t)(size + 4) | index << 20;
    if (!memcmp(frame + 4, "\xff\xff\xff\xff\xff\xff", 6))
        flags |= 1u << 16;
    else if (frame[4] & 1)
        flags |= 1u << 18;
    else if (!memcmp(frame + 4, reg(REG_MAC), 6))
        flags |= 1u << 17;
    memcpy(out, frame, size);
    put_le(out + size, 4, crc32_of(frame, size));
    put_le(trailer, 4, flags);
    trailer[4] = 60;                                   /* quality */
    trailer[5] = (uint8_t)(100 + dbm);                 /* signal */
    trailer[6] = (uint8_t)((-(dbm + 4) * 64 + 26) / 27); /* gain: dBm = -4 - 27/64 of it */
    trailer[7] = 0;                                    /* not decrypted */
    put_le(trailer + 8, 8, tsf_us());
    send_word(MSG_RECEIVED, got->number, EP_RX, out, size + 4 + RX_TRAILER);
}

static void on_hello(const struct message *got)
{
    struct identity usb = {.size = 0};
    char serial[13];

    if (get_le(got->body, 2) != MODEL_VERSION)
        model_die("the air speaks another version");
    memcpy(chip.mac, got->body + 2, 6);
    for (int i = 0; i < 6; i++)
        snprintf(serial + 2 * i, 3, "%02X", chip.mac[i]);
    add_number(&usb, 2, 0x0BDA); /* vendor */
    add_number(&usb, 2, 0x8187); /* product */
    add_number(&usb, 2, 0x0100); /* release */
    add_number(&usb, 2, 500);    /* mA */
    add_number(&usb, 4, 0);      /* classes of device and interface, subclass, protocol */
    add_number(&usb, 1, 3);      /* endpoints */
    add_bulk_endpoint(&usb, EP_RX);
    add_bulk_endpoint(&usb, EP_TX);
    add_bulk_endpoint(&usb, EP_TX_LOW);
    add_text(&usb, "Manufacturer_Realtek_RTL8187_");
    add_text(&usb, "RTL8187_Wireless");
    add_text(&usb, serial);
    fill_eeprom();
    power_on();
    send_message(MSG_IDENTITY, 0, usb.bytes, usb.size, NULL, 0);
}

int main(void)
{
    for (;;) {
        struct message got = next_message();

        chip.now_ns = got.time_ns;
        switch (got.kind) {
        case MSG_HELLO:
            on_hello(&got);
            break;
        case MSG_RESET:
            power_on();
            send_message(MSG_RESET_DONE, got.number, NULL, 0, NULL, 0);
            break;
        case MSG_CONTROL:
            on_control(&got);
            break;
        case MSG_BULK_OUT:
            on_bulk_out(&got);
            break;
        case MSG_RECEIVE:
            on_receive(&got);
            break;
        case MSG_STATUS:
            on_status(&got);
            break;
        default:
            break; /* of a newer version */
        }
    }
}
