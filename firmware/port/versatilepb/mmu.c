/* Memory map and protection: page 0 faults, the image is read only, a guard page ends the stack.
 * For start.S and the drivers. ARM ARM (ARMv5) chapter B3.
 */
#include "machine.h"
#include "protection.h"

#define MIB 0x100000u
#define PAGE 0x1000u
#define VECTORS 0xffff0000u

/* First-level descriptors, domain 0 (B3.3.1). C and B stand for write-back memory. */
#define SECTION_READ_ONLY 0x01eu /* AP 0: read only, as the S bit is set */
#define SECTION_FRAME 0x416u     /* AP 1, buffered, not cached: the display reads it by itself */
#define SECTION_DEVICE 0x412u    /* AP 1, not cached, not buffered */
#define COARSE 0x011u
/* Second-level descriptors (B3.3.2). */
#define PAGE_READ_ONLY 0x00eu
#define PAGE_MEMORY 0x55eu

extern uint8_t __image_start[], __image_end[], __ram_start[], __ram_end[];
extern uint8_t __frame_start[], __frame_end[];
extern uint8_t __stack_guard[], __stack_bottom[], __stack_top[];
extern uint8_t port_vectors[];

void mmu_enable(const uint32_t *table);

static uint32_t table[4096] __attribute__((section(".mmu_table"), aligned(16384)));
static uint32_t ram_pages[256] __attribute__((aligned(1024)));
static uint32_t vector_pages[256] __attribute__((aligned(1024)));

static void map_sections(uint32_t start, uint32_t size, uint32_t kind) {
    for (uint32_t at = start; at < start + size; at += MIB)
        table[at / MIB] = at | kind;
}

void protection_start(void) {
    for (unsigned i = 0; i < 4096; i++)
        table[i] = 0;

    uint32_t image = (uint32_t)__image_start;
    map_sections(image & ~(MIB - 1), MIB, SECTION_READ_ONLY);
    if ((uint32_t)__frame_start != (uint32_t)__frame_end)
        map_sections((uint32_t)__frame_start & ~(MIB - 1), MIB, SECTION_FRAME);
    map_sections(SYSTEM_BASE, 2 * MIB, SECTION_DEVICE);
    map_sections(NOR_BASE, NOR_SPACE, SECTION_DEVICE);

    /* RAM page by page: what is in use, and the boot-parameter block at the end of its MiB. */
    uint32_t ram = (uint32_t)__ram_start & ~(MIB - 1);
    table[ram / MIB] = (uint32_t)ram_pages | COARSE;
    for (uint32_t at = (uint32_t)__ram_start; at < (uint32_t)__ram_end; at += PAGE)
        ram_pages[(at - ram) / PAGE] = at | PAGE_MEMORY;
    ram_pages[255] = (ram + 255 * PAGE) | PAGE_MEMORY;
    ram_pages[((uint32_t)__stack_guard - ram) / PAGE] = 0;

    table[VECTORS / MIB] = (uint32_t)vector_pages | COARSE;
    vector_pages[(VECTORS & (MIB - 1)) / PAGE] = (uint32_t)port_vectors | PAGE_READ_ONLY;

    mmu_enable(table);
}

bool protection_is_code(uint32_t word) {
    return (word & 3) == 0 && word >= (uint32_t)__image_start && word < (uint32_t)__image_end;
}

bool protection_in_stack(uint32_t address) {
    return address >= (uint32_t)__stack_bottom && address < (uint32_t)__stack_top;
}
