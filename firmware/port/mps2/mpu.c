/* Memory protection of the Cortex-M33: page 0 faults, image and flash are read only, the stack ends
 * at its limit. For start.S and the drivers, by protection.h. Armv8-M ARM B9 (PMSAv8), D1.2 (MPU).
 */
#include <stdbool.h>

#include "bootblock.h"
#include "machine.h"
#include "mpu.h"
#include "protection.h"

#define CONTROL REG32(SCS_BASE + 0xd94)
#define NUMBER REG32(SCS_BASE + 0xd98)
#define BASE REG32(SCS_BASE + 0xd9c)
#define LIMIT REG32(SCS_BASE + 0xda0)
#define ATTRIBUTES REG32(SCS_BASE + 0xdc0)
#define CCR REG32(SCS_BASE + 0xd14)
#define SHCSR REG32(SCS_BASE + 0xd24)

#define ATTRIBUTE_MEMORY 0xffu /* index 0: normal, write-back */
#define ATTRIBUTE_DEVICE 0x00u /* index 1: device, nGnRnE */
#define READ_WRITE 0x0u        /* AP 00: privileged only, as is everything here */
#define READ_ONLY 0x4u         /* AP 10 */
#define NO_EXECUTE 0x1u
#define DEVICE 0x2u /* attribute index 1 */
#define ON 0x1u
#define CONTROL_ON 0x3u /* faults and non-maskable interrupts are under it, too */
#define CCR_UNALIGNED_TRAP 0x8u
#define SHCSR_FAULTS 0x70000u /* usage, bus and memory faults have entries of their own */

#define NOR_REGION 4u

extern uint8_t __image_start[], __image_end[], __stack_bottom[], __stack_top[], __ram_end[];

static void region(uint32_t number, uint32_t start, uint32_t end, uint32_t access, uint32_t kind) {
    NUMBER = number;
    BASE = (start & ~31u) | access;
    LIMIT = ((end - 1) & ~31u) | kind | ON;
}

static void synchronise(void) {
    __asm__ volatile("dsb\n\tisb" ::: "memory");
}

void protection_start(void) {
    ATTRIBUTES = ATTRIBUTE_MEMORY | ATTRIBUTE_DEVICE << 8;
    region(0, (uint32_t)__image_start, (uint32_t)__image_end, READ_ONLY, 0);
    region(1, (uint32_t)__stack_bottom, (uint32_t)__ram_end, READ_WRITE | NO_EXECUTE, 0);
    region(2, BOOTBLOCK_ADDRESS, BOOTBLOCK_ADDRESS + BOOTBLOCK_SIZE, READ_WRITE | NO_EXECUTE, 0);
    region(3, DEVICES_BASE, DEVICES_END, READ_WRITE | NO_EXECUTE, DEVICE);
    mpu_open_nor(false);
    CCR |= CCR_UNALIGNED_TRAP;
    SHCSR |= SHCSR_FAULTS;
    CONTROL = CONTROL_ON;
    synchronise();
}

void mpu_open_nor(bool open) {
    region(NOR_REGION, NOR_BASE, NOR_BASE + NOR_SPACE, (open ? READ_WRITE : READ_ONLY) | NO_EXECUTE,
           0);
    synchronise();
}

bool protection_is_code(uint32_t word) {
    return (word & 1) != 0 && word >= (uint32_t)__image_start && word < (uint32_t)__image_end;
}

bool protection_in_stack(uint32_t address) {
    return address >= (uint32_t)__stack_bottom && address < (uint32_t)__stack_top;
}
