/* SMC91C111 Ethernet controller: frames from its interrupt into a ring, frames out.
 * For net.c, by nic.h. SMSC LAN91C111 data sheet; register banks in section 8.
 */
#include "nic.h"
#include "frame_ring.h"
#include "irq.h"
#include "machine.h"
#include "secondary_irq.h"
#include "ticks.h"

#define REG(offset) REG16(ETHERNET_BASE + (offset))
#define DATA32 REG32(ETHERNET_BASE + 8) /* bank 2 */
#define BANK REG(14)

/* bank 0 */
#define TCR REG(0)
#define RCR REG(4)
/* bank 1 */
#define ADDRESS(i) REG8(ETHERNET_BASE + 4 + (i))
#define CONTROL REG(12)
/* bank 2 */
#define MMU_COMMAND REG(0)
#define PACKET_NUMBER REG8(ETHERNET_BASE + 2)
#define ALLOCATION REG8(ETHERNET_BASE + 3)
#define FIFO REG(4)
#define POINTER REG(6)
#define INTERRUPT_STATUS REG8(ETHERNET_BASE + 12)
#define INTERRUPT_MASK REG8(ETHERNET_BASE + 13)

#define MMU_BUSY 0x01u
#define MMU_ALLOCATE 0x20u
#define MMU_RESET 0x40u
#define MMU_RELEASE_RECEIVED 0x80u
#define MMU_QUEUE 0xc0u
#define TCR_ON 0x0081u /* transmit, pad short frames */
#define RCR_ON 0x0304u /* receive, strip the CRC, all multicast */
#define RCR_RESET 0x8000u
#define CONTROL_AUTO 0x1a00u /* release sent frames by itself; reserved bits as after reset */
#define POINTER_RECEIVE 0xe000u
#define POINTER_SEND 0x4000u
#define INTERRUPT_RECEIVE 0x01u
#define INTERRUPT_ALLOCATED 0x08u
#define INTERRUPT_OVERRUN 0x10u
#define FIFO_RECEIVE_EMPTY 0x8000u
#define ALLOCATION_FAILED 0x80u
#define CONTROL_BYTE_ODD 0x20u

#define BUSY_LIMIT 10000u
#define ALLOCATION_LIMIT 64u

static volatile bool held; /* ring full: receive interrupt masked until the reader made room */
static struct nic_counters counters;
static void (*frames_arrived)(void);

static uint32_t accumulator; /* bytes of a frame to send that do not fill a word yet */
static unsigned accumulated;
static size_t send_length;
/* An allocation was asked for and not used: asking again would lose the packet it finds. */
static bool allocating;

static void mmu_command(uint16_t command) {
    MMU_COMMAND = command;
    for (unsigned i = 0; i < BUSY_LIMIT && (MMU_COMMAND & MMU_BUSY) != 0; i++) {
    }
}

/* Takes the frame at the head of the receive FIFO into the ring, or drops it; bank 2. */
static void take_frame(void) {
    POINTER = POINTER_RECEIVE;
    uint32_t header = DATA32;               /* status word, byte count */
    uint32_t count = header >> 16 & 0x7ffu; /* with status, count and control words */
    uint32_t words = (count - 4 + 3) / 4;
    if (count < 6 + 14 || count > NIC_FRAME_MAX + 6 + 1) {
        counters.malformed++;
    } else if (!frame_ring_fits(words)) {
        counters.dropped++;
    } else {
        uint32_t word = 0;
        for (uint32_t i = 0; i < words; i++)
            frame_ring_put(i, word = DATA32);
        /* The control byte is the last of the count; its odd bit tells of one byte more. */
        uint32_t control = word >> (((count - 1) & 3u) * 8);
        frame_ring_add(count - 6 + ((control & CONTROL_BYTE_ODD) != 0 ? 1 : 0), words);
        counters.received++;
    }
    mmu_command(MMU_RELEASE_RECEIVED);
}

static bool ring_has_room(void) {
    return frame_ring_fits((NIC_FRAME_MAX + 6) / 4 + 1);
}

static void interrupt(void) {
    counters.interrupts++;
    uint8_t status = INTERRUPT_STATUS;
    if ((status & INTERRUPT_OVERRUN) != 0)
        INTERRUPT_STATUS = INTERRUPT_OVERRUN;
    while ((FIFO & FIFO_RECEIVE_EMPTY) == 0) {
        if (!ring_has_room()) {
            /* The reader is behind: no interrupts until it has caught up, or a flood of frames
             * would leave it no time at all. */
            INTERRUPT_MASK = 0;
            held = true;
            break;
        }
        take_frame();
    }
    frames_arrived();
    ticks_event();
}

bool nic_init(const uint8_t mac[6], void (*arrived)(void)) {
    if ((BANK & 0xff00u) != 0x3300u)
        return false;
    frames_arrived = arrived;
    BANK = 0;
    RCR = RCR_RESET;
    RCR = 0;
    TCR = 0;
    BANK = 2;
    INTERRUPT_MASK = 0;
    mmu_command(MMU_RESET);
    BANK = 1;
    CONTROL = CONTROL_AUTO;
    for (unsigned i = 0; i < 6; i++)
        ADDRESS(i) = mac[i];
    BANK = 0;
    TCR = TCR_ON;
    RCR = RCR_ON;
    BANK = 2; /* stays selected from here on */
    irq_pass_through(SECONDARY_ETHERNET);
    irq_register(IRQ_ETHERNET, interrupt);
    INTERRUPT_MASK = INTERRUPT_RECEIVE | INTERRUPT_OVERRUN;
    return true;
}

size_t nic_receive(uint8_t *out, size_t max) {
    size_t n = frame_ring_take(out, max);
    if (held && ring_has_room()) {
        held = false;
        INTERRUPT_MASK = INTERRUPT_RECEIVE | INTERRUPT_OVERRUN;
    }
    return n;
}

/* Waits for the chip to give a packet; it goes on looking for one until it has found it. */
static bool allocated(void) {
    if (!allocating) {
        mmu_command(MMU_ALLOCATE);
        allocating = true;
    }
    for (unsigned i = 0; i < ALLOCATION_LIMIT; i++) {
        if ((INTERRUPT_STATUS & INTERRUPT_ALLOCATED) != 0 &&
            (ALLOCATION & ALLOCATION_FAILED) == 0) {
            allocating = false;
            return true;
        }
    }
    return false;
}

bool nic_send_begin(size_t length) {
    irq_mask(IRQ_ETHERNET);
    for (unsigned attempt = 0; attempt < 5; attempt++) {
        if (allocated()) {
            PACKET_NUMBER = ALLOCATION;
            POINTER = POINTER_SEND;
            DATA32 = (uint32_t)((length & ~(size_t)1) + 6) << 16;
            accumulator = 0;
            accumulated = 0;
            send_length = length;
            return true;
        }
        /* Received frames fill the chip: the oldest goes to the ring, or is lost. */
        if ((FIFO & FIFO_RECEIVE_EMPTY) == 0)
            take_frame();
    }
    counters.send_failed++;
    irq_unmask(IRQ_ETHERNET);
    return false;
}

static void put_byte(uint8_t byte) {
    accumulator |= (uint32_t)byte << (8 * accumulated);
    if (++accumulated == 4) {
        DATA32 = accumulator;
        accumulator = 0;
        accumulated = 0;
    }
}

void nic_send_piece(const uint8_t *data, size_t n) {
    for (size_t i = 0; i < n; i++)
        put_byte(data[i]);
}

void nic_send_end(void) {
    if (send_length % 2 != 0) {
        put_byte(CONTROL_BYTE_ODD);
    } else {
        put_byte(0);
        put_byte(0);
    }
    while (accumulated != 0)
        put_byte(0);
    mmu_command(MMU_QUEUE);
    counters.sent++;
    irq_unmask(IRQ_ETHERNET);
}

const struct nic_counters *nic_counters(void) {
    return &counters;
}
