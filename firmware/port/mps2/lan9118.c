/* LAN9118 Ethernet controller: frames from its interrupt into a ring, frames out.
 * For net.c, by nic.h. SMSC LAN9118 data sheet: 3.11 and 3.12 (FIFOs), 5.3 and 5.4 (registers).
 */
#include "nic.h"
#include "frame_ring.h"
#include "irq.h"
#include "machine.h"
#include "ticks.h"

#define REG(offset) REG32(ETHERNET_BASE + (offset))
#define RECEIVE_DATA REG(0x00)
#define TRANSMIT_DATA REG(0x20)
#define RECEIVE_STATUS REG(0x40)
#define TRANSMIT_STATUS REG(0x48)
#define INTERRUPT_CONFIG REG(0x54)
#define INTERRUPT_STATUS REG(0x58)
#define INTERRUPT_ENABLE REG(0x5c)
#define BYTE_TEST REG(0x64)
#define FIFO_LEVELS REG(0x68)
#define RECEIVE_CONFIG REG(0x6c)
#define TRANSMIT_CONFIG REG(0x70)
#define HARDWARE_CONFIG REG(0x74)
#define RECEIVE_INFORMATION REG(0x7c)
#define TRANSMIT_INFORMATION REG(0x80)
#define MAC_COMMAND REG(0xa4)
#define MAC_DATA REG(0xa8)

#define BYTE_ORDER 0x87654321u
#define HARDWARE_RESET 0x1u
#define HARDWARE_ON 0x00150000u /* whole frames are held before they are sent; 5 KiB for them */
#define INTERRUPT_ON 0x111u     /* pin on, active high, push-pull */
#define RECEIVED 0x8u           /* more frames wait than FIFO_LEVELS says: none */
#define LEVELS_NONE 0x48000000u /* as after reset: free space for sending 4,608 */
#define TRANSMIT_ON 0x2u
#define FIRST_AND_LAST 0x3000u /* a frame in one buffer */
#define STATUS_ERROR 0x8000u
#define CRC_BYTES 4u

/* Registers behind MAC_COMMAND */
#define MAC_CONTROL 1u
#define MAC_ADDRESS_HIGH 2u
#define MAC_ADDRESS_LOW 3u
#define MAC_BUSY 0x80000000u
#define MAC_ON 0x0008000cu /* all multicast, transmitter, receiver */

#define BUSY_LIMIT 10000u

static bool held; /* ring full: receive interrupt off until the reader made room */
static struct nic_counters counters;
static void (*frames_arrived)(void);

static uint32_t accumulator; /* bytes of a frame to send that do not fill a word yet */
static unsigned accumulated;

static bool mac_write(uint32_t index, uint32_t value) {
    MAC_DATA = value;
    MAC_COMMAND = MAC_BUSY | index;
    for (unsigned i = 0; i < BUSY_LIMIT; i++) {
        if ((MAC_COMMAND & MAC_BUSY) == 0)
            return true;
    }
    return false;
}

static uint32_t frames_waiting(void) {
    return RECEIVE_INFORMATION >> 16 & 0xffu;
}

/* Drops the data of a frame of this many words, by reading it: the data sheet's fast forward wants
 * four words or more, and the emulator's leaves a frame that nothing was read of. */
static void skip(uint32_t words) {
    while (words-- != 0)
        (void)RECEIVE_DATA;
}

/* Takes the oldest frame into the ring, or drops it. */
static void take_frame(void) {
    uint32_t status = RECEIVE_STATUS;
    uint32_t count = status >> 16 & 0x3fffu; /* with its CRC */
    uint32_t words = (count + 3) / 4;
    if ((status & STATUS_ERROR) != 0 || count < 14 + CRC_BYTES || count > NIC_FRAME_MAX) {
        counters.malformed++;
        skip(words);
    } else if (!frame_ring_fits(words)) {
        counters.dropped++;
        skip(words);
    } else {
        for (uint32_t i = 0; i < words; i++)
            frame_ring_put(i, RECEIVE_DATA);
        frame_ring_add(count - CRC_BYTES, words);
        counters.received++;
    }
}

static bool ring_has_room(void) {
    return frame_ring_fits((NIC_FRAME_MAX + 3) / 4);
}

static void take_frames(void) {
    INTERRUPT_STATUS = RECEIVED;
    while (frames_waiting() != 0) {
        if (!ring_has_room()) {
            /* The reader is behind: no interrupts until it has caught up, or a flood of frames
             * would leave it no time at all. */
            INTERRUPT_ENABLE = 0;
            held = true;
            break;
        }
        take_frame();
    }
}

static void interrupt(void) {
    counters.interrupts++;
    take_frames();
    frames_arrived();
    ticks_event();
}

bool nic_init(const uint8_t mac[6], void (*arrived)(void)) {
    if (BYTE_TEST != BYTE_ORDER)
        return false;
    frames_arrived = arrived;
    HARDWARE_CONFIG = HARDWARE_RESET;
    for (unsigned i = 0; i < BUSY_LIMIT && (HARDWARE_CONFIG & HARDWARE_RESET) != 0; i++) {
    }
    HARDWARE_CONFIG = HARDWARE_ON;
    RECEIVE_CONFIG = 0;
    FIFO_LEVELS = LEVELS_NONE;
    INTERRUPT_ENABLE = 0;
    INTERRUPT_STATUS = 0xffffffffu;
    INTERRUPT_CONFIG = INTERRUPT_ON;
    uint32_t low = mac[0] | (uint32_t)mac[1] << 8 | (uint32_t)mac[2] << 16 | (uint32_t)mac[3] << 24;
    if (!mac_write(MAC_ADDRESS_HIGH, mac[4] | (uint32_t)mac[5] << 8) ||
        !mac_write(MAC_ADDRESS_LOW, low) || !mac_write(MAC_CONTROL, MAC_ON))
        return false;
    TRANSMIT_CONFIG = TRANSMIT_ON;
    irq_register(IRQ_ETHERNET, interrupt);
    INTERRUPT_ENABLE = RECEIVED;
    return true;
}

size_t nic_receive(uint8_t *out, size_t max) {
    size_t n = frame_ring_take(out, max);
    if (held && ring_has_room()) {
        uint32_t state = irq_save();
        held = false;
        INTERRUPT_ENABLE = RECEIVED;
        take_frames(); /* what came meanwhile raised no interrupt */
        irq_restore(state);
    }
    return n;
}

bool nic_send_begin(size_t length) {
    while ((TRANSMIT_INFORMATION >> 16 & 0xffu) != 0)
        (void)TRANSMIT_STATUS; /* how the last ones went; a lost frame is lwIP's to send again */
    if ((TRANSMIT_INFORMATION & 0xffffu) < length + 8 + 3) {
        counters.send_failed++;
        return false;
    }
    irq_mask(IRQ_ETHERNET);
    TRANSMIT_DATA = FIRST_AND_LAST | (uint32_t)length;
    TRANSMIT_DATA = (uint32_t)length;
    accumulator = 0;
    accumulated = 0;
    return true;
}

static void put_byte(uint8_t byte) {
    accumulator |= (uint32_t)byte << (8 * accumulated);
    if (++accumulated == 4) {
        TRANSMIT_DATA = accumulator;
        accumulator = 0;
        accumulated = 0;
    }
}

void nic_send_piece(const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++)
        put_byte(data[i]);
}

void nic_send_end(void) {
    while (accumulated != 0)
        put_byte(0);
    counters.sent++;
    irq_unmask(IRQ_ETHERNET);
}

const struct nic_counters *nic_counters(void) {
    return &counters;
}
