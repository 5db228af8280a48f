/* Addresses and interrupt lines of the ARM MPS2+ with image AN505 (Cortex-M33), as QEMU models it.
 * For the drivers of this folder. ARM DAI 0505, chapter 3. Everything runs in the secure state, so
 * the secure aliases of memory and devices are used (bit 28 of the address set).
 */
#ifndef MICROSCEP_PORT_MACHINE_H
#define MICROSCEP_PORT_MACHINE_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))

#define MACHINE_CPU "cortex-m33"
#define BOOTBLOCK_ADDRESS 0x381ff000u
#define TIMER_WAIT_MAX_MS 100000u /* less than half the period of a clock of 20 MHz */
#define IRQ_STATE_ON 0u           /* for irq_restore: PRIMASK clear */

#define DEVICES_BASE 0x50000000u
#define DEVICES_END 0x52100000u
#define TIMER0_BASE 0x50000000u
#define DUAL_TIMER_BASE 0x50002000u
#define UART0_BASE 0x50200000u
#define ETHERNET_BASE 0x52000000u
#define SCS_BASE 0xe000e000u /* System Control Space of the core */
/* 16 MiB of PSRAM, which the emulator keeps in a file: this board's flash. Not secure memory. */
#define NOR_BASE 0x80000000u
#define NOR_SPACE 0x01000000u

#define IRQ_TIMER0 3
#define IRQ_DUAL_TIMER 5
#define IRQ_UART0_RECEIVE 32
#define IRQ_ETHERNET 48
#define IRQ_LINES 124 /* 32 of the subsystem, 92 of the board */

#endif
