/* Addresses and interrupt lines of the ARM Versatile/PB926EJ-S, as QEMU models it.
 * For the drivers of this folder. ARM DUI 0225D, chapters 3 and 4.
 */
#ifndef MICROSCEP_PORT_MACHINE_H
#define MICROSCEP_PORT_MACHINE_H

#include <stdint.h>

#define REG32(address) (*(volatile uint32_t *)(address))
#define REG16(address) (*(volatile uint16_t *)(address))
#define REG8(address) (*(volatile uint8_t *)(address))

#define MACHINE_CPU "arm926ej-s"
#define BOOTBLOCK_ADDRESS 0x002ff000u
#define TIMER_WAIT_MAX_MS 2000000u /* half the period of a clock of 1 MHz */
#define IRQ_STATE_ON 0x1fu         /* for irq_restore: System mode, interrupts on */

#define SYSTEM_BASE 0x10000000u
#define SECONDARY_VIC_BASE 0x10003000u
#define KEYBOARD_BASE 0x10006000u
#define ETHERNET_BASE 0x10010000u
#define LCD_BASE 0x10120000u
#define VIC_BASE 0x10140000u
#define TIMER_BASE 0x101e2000u
#define UART0_BASE 0x101f1000u
#define NOR_BASE 0x34000000u
#define NOR_SPACE 0x04000000u

#define IRQ_TIMER 4
#define IRQ_UART0 12
#define IRQ_ETHERNET 25 /* passed through the secondary controller */
#define IRQ_SECONDARY 31

#define SECONDARY_KEYBOARD 3 /* line of the secondary controller */
#define SECONDARY_ETHERNET 25

#endif
