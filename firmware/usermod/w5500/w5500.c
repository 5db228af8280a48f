/* WIZnet W5500 as a plain Ethernet controller. w5500.h says what for whom.
 * W5500 data sheet 1.0.9: section 2.2 (SPI frame), 3 (memory), 4 (registers).
 */
#include "w5500.h"

#include <string.h>

#include "w5500_bus.h"

/* Looks at a register before the chip is given up: a frame of 1,518 bytes takes 1.2 ms at 10
 * Mbit/s, a look 2 us at least. */
#define PATIENCE 2000u

/* Block select bits and the access bit of the control phase; data of free length (VDM). */
#define COMMON 0x00u
#define SOCKET(n) (uint8_t)((4u * (n) + 1u) << 3)
#define TX_BUFFER (2u << 3)
#define RX_BUFFER (3u << 3)
#define WRITE 0x04u

/* Common registers. */
#define MR 0x0000u
#define SHAR 0x0009u
#define SIMR 0x0018u
#define PHYCFGR 0x002eu
#define VERSIONR 0x0039u
#define MR_RESET 0x80u
#define PHYCFGR_LINK 0x01u
#define VERSION 4u

/* Socket registers. */
#define SN_MR 0x0000u
#define SN_CR 0x0001u
#define SN_IR 0x0002u
#define SN_SR 0x0003u
#define SN_RXBUF_SIZE 0x001eu
#define SN_TXBUF_SIZE 0x001fu
#define SN_TX_FSR 0x0020u
#define SN_TX_WR 0x0024u
#define SN_RX_RSR 0x0026u
#define SN_RX_RD 0x0028u
#define SN_IMR 0x002cu
#define SN_MR_MACRAW 0x04u
#define SN_CR_OPEN 0x01u
#define SN_CR_CLOSE 0x10u
#define SN_CR_SEND 0x20u
#define SN_CR_RECV 0x40u
#define SN_IR_RECV 0x04u
#define SN_IR_SEND_OK 0x10u
#define SN_SR_MACRAW 0x42u
#define BUFFER_KIB 16u

#define SOCKETS 8u
/* In front of each received frame: its length and these two bytes, big-endian. */
#define PREFIX 2u
#define ADDRESS 6u

/* Invariant: `rx_next` is where the frame after the one being fetched begins in the receive
 * buffer; `tx_next` where the next frame is written; both wrap at 2^16, as the chip's do. */
static struct {
    uint8_t mac[ADDRESS];
    uint16_t rx_next;
    uint16_t tx_next;
    uint8_t header[ADDRESS]; /* what of the frame was read to judge it */
    size_t header_left;
    bool sending;
    struct w5500_counters counters;
} chip;

static void address(uint16_t at, uint8_t control) {
    const uint8_t head[3] = {(uint8_t)(at >> 8), (uint8_t)at, control};
    w5500_bus_begin();
    w5500_bus_write(head, sizeof head);
}

static void read(uint16_t at, uint8_t block, uint8_t *out, size_t n) {
    address(at, block);
    w5500_bus_read(out, n);
    w5500_bus_end();
}

static void write(uint16_t at, uint8_t block, const uint8_t *data, size_t n) {
    address(at, block | WRITE);
    w5500_bus_write(data, n);
    w5500_bus_end();
}

static uint8_t read8(uint16_t at, uint8_t block) {
    uint8_t value;
    read(at, block, &value, 1);
    return value;
}

static void write8(uint16_t at, uint8_t block, uint8_t value) {
    write(at, block, &value, 1);
}

static uint16_t read16(uint16_t at) {
    uint8_t value[2];
    read(at, SOCKET(0), value, 2);
    return (uint16_t)(value[0] << 8 | value[1]);
}

static void write16(uint16_t at, uint16_t value) {
    const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};
    write(at, SOCKET(0), bytes, 2);
}

/* A count that the chip changes while it is read: what two looks agree on (section 4.2, Sn_TX_FSR
 * and Sn_RX_RSR). */
static uint16_t read_count(uint16_t at) {
    uint16_t before = read16(at);
    for (unsigned looks = PATIENCE; looks != 0; looks--) {
        uint16_t now = read16(at);
        if (now == before)
            return now;
        before = now;
    }
    return 0;
}

/* The chip takes a command by clearing it. */
static bool command(uint8_t value) {
    write8(SN_CR, SOCKET(0), value);
    for (unsigned looks = PATIENCE; looks != 0; looks--) {
        if (read8(SN_CR, SOCKET(0)) == 0)
            return true;
    }
    return false;
}

/* Every frame is let through (the chip's own filter would keep out the group address of 802.1X);
 * frames for others are skipped after six bytes. */
static bool open_socket(void) {
    command(SN_CR_CLOSE);
    write8(SN_MR, SOCKET(0), SN_MR_MACRAW);
    write8(SN_IR, SOCKET(0), 0xff);
    write8(SN_IMR, SOCKET(0), SN_IR_RECV);
    if (!command(SN_CR_OPEN))
        return false;
    chip.sending = false;
    chip.header_left = 0;
    chip.rx_next = read16(SN_RX_RD);
    chip.tx_next = read16(SN_TX_WR);
    return read8(SN_SR, SOCKET(0)) == SN_SR_MACRAW;
}

bool w5500_start(const uint8_t mac[6]) {
    w5500_bus_start();
    if (read8(VERSIONR, COMMON) != VERSION)
        return false;
    write8(MR, COMMON, MR_RESET);
    for (unsigned looks = PATIENCE; read8(MR, COMMON) & MR_RESET; looks--) {
        if (looks == 0)
            return false;
    }
    memcpy(chip.mac, mac, sizeof chip.mac);
    write(SHAR, COMMON, mac, sizeof chip.mac);
    /* All of the buffer memory belongs to socket 0: only it can be raw. */
    for (unsigned n = 0; n < SOCKETS; n++) {
        write8(SN_RXBUF_SIZE, SOCKET(n), n == 0 ? BUFFER_KIB : 0);
        write8(SN_TXBUF_SIZE, SOCKET(n), n == 0 ? BUFFER_KIB : 0);
    }
    write8(SIMR, COMMON, 1u << 0);
    return open_socket();
}

bool w5500_link(void) {
    return (read8(PHYCFGR, COMMON) & PHYCFGR_LINK) != 0;
}

void w5500_acknowledge(void) {
    write8(SN_IR, SOCKET(0), SN_IR_RECV);
}

static bool for_us(const uint8_t *destination) {
    return (destination[0] & 1) != 0 || memcmp(destination, chip.mac, ADDRESS) == 0;
}

/* End the fetching of a frame, however much of it was fetched, and free its space. */
static void give_back(void) {
    w5500_bus_end();
    write16(SN_RX_RD, chip.rx_next);
    command(SN_CR_RECV);
}

size_t w5500_receive_begin(void) {
    for (;;) {
        uint16_t waiting = read_count(SN_RX_RSR);
        if (waiting == 0)
            return 0;
        uint8_t prefix[PREFIX + ADDRESS];
        address(chip.rx_next, RX_BUFFER);
        w5500_bus_read(prefix, sizeof prefix);
        size_t size = (size_t)prefix[0] << 8 | prefix[1]; /* the prefix counts itself */
        if (size < PREFIX + 14 || size > PREFIX + W5500_FRAME_MAX + 4 || size > waiting) {
            w5500_bus_end();
            chip.counters.malformed++;
            open_socket();
            return 0;
        }
        chip.rx_next = (uint16_t)(chip.rx_next + size);
        if (for_us(prefix + PREFIX)) {
            memcpy(chip.header, prefix + PREFIX, ADDRESS);
            chip.header_left = ADDRESS;
            return size - PREFIX;
        }
        chip.counters.foreign++;
        give_back();
    }
}

void w5500_receive_piece(uint8_t *out, size_t n) {
    size_t known = n < chip.header_left ? n : chip.header_left;
    memcpy(out, chip.header + ADDRESS - chip.header_left, known);
    chip.header_left -= known;
    if (n > known)
        w5500_bus_read(out + known, n - known);
}

void w5500_receive_end(void) {
    give_back();
    chip.header_left = 0;
    chip.counters.received++;
}

/* Wait until the frame before has left: its buffer space and the SEND command are then free. */
static bool finish_sending(void) {
    for (unsigned looks = PATIENCE; chip.sending && looks != 0; looks--) {
        if (read8(SN_IR, SOCKET(0)) & SN_IR_SEND_OK) {
            write8(SN_IR, SOCKET(0), SN_IR_SEND_OK);
            chip.sending = false;
        }
    }
    return !chip.sending;
}

bool w5500_send_begin(size_t n) {
    if (n > W5500_FRAME_MAX || !finish_sending() || read_count(SN_TX_FSR) < n) {
        chip.counters.send_failed++;
        /* A frame that never leaves (no link) must not block those after it for ever. */
        if (chip.sending)
            open_socket();
        return false;
    }
    address(chip.tx_next, TX_BUFFER | WRITE);
    chip.tx_next = (uint16_t)(chip.tx_next + n);
    return true;
}

void w5500_send_piece(const uint8_t *data, size_t n) {
    w5500_bus_write(data, n);
}

void w5500_send_end(void) {
    w5500_bus_end();
    write16(SN_TX_WR, chip.tx_next);
    chip.sending = command(SN_CR_SEND);
    chip.counters.sent++;
}

const struct w5500_counters *w5500_counters(void) {
    return &chip.counters;
}
