/* Vectors, start-up and exception entries of the ARM926EJ-S. For every board of this port.
 * ARM Architecture Reference Manual (ARMv5): A2.6 exceptions; ARM926EJ-S TRM: CP15.
 */
    .syntax unified
    .arm

    .equ MODE_FIQ, 0x11
    .equ MODE_IRQ, 0x12
    .equ MODE_SVC, 0x13
    .equ MODE_ABT, 0x17
    .equ MODE_UND, 0x1b
    .equ MODE_SYS, 0x1f
    .equ I_BIT, 0x80
    .equ F_BIT, 0x40

    /* Seen by the core at 0xFFFF0000 once the MMU is on (mmu.c); page 0 stays unmapped. */
    .section .vectors, "ax"
    .global port_vectors
port_vectors:
    ldr pc, =port_start
    ldr pc, =undefined_entry
    ldr pc, =svc_entry
    ldr pc, =prefetch_entry
    ldr pc, =data_entry
    ldr pc, =undefined_entry
    ldr pc, =irq_entry
    ldr pc, =fiq_entry
    .ltorg

    .text
    .global port_start
port_start:
    msr cpsr_c, #(MODE_IRQ | I_BIT | F_BIT)
    ldr sp, =__irq_stack_top
    msr cpsr_c, #(MODE_ABT | I_BIT | F_BIT)
    ldr sp, =__fault_stack_top
    msr cpsr_c, #(MODE_UND | I_BIT | F_BIT)
    ldr sp, =__fault_stack_top
    msr cpsr_c, #(MODE_SVC | I_BIT | F_BIT)
    ldr sp, =__fault_stack_top
    msr cpsr_c, #(MODE_FIQ | I_BIT | F_BIT)
    ldr sp, =__fault_stack_top
    /* System mode: privileged, and its registers are not banked away by any exception. */
    msr cpsr_c, #(MODE_SYS | I_BIT | F_BIT)
    ldr sp, =__stack_top

    ldr r0, =__data_start
    ldr r1, =__data_end
    ldr r2, =__data_load
1:  cmp r0, r1
    ldrlo r3, [r2], #4
    strlo r3, [r0], #4
    blo 1b

    ldr r0, =__bss_start
    ldr r1, =__bss_end
    mov r3, #0
2:  cmp r0, r1
    strlo r3, [r0], #4
    blo 2b

    /* Painted, so that stack.c can tell how deep the stack has been. */
    ldr r0, =__stack_bottom
    ldr r3, =0xa5a5a5a5
3:  cmp r0, sp
    strlo r3, [r0], #4
    blo 3b

    bl protection_start
    bl port_main
    b .

/* Saves r0-r12, sp and lr of the interrupted mode, pc and cpsr into crash_frame (crash.h), then
 * reports: r0 = reason. \adjust is what the exception added to the pc (ARM ARM table A2-4). */
    .macro FAULT_ENTRY name, reason, adjust
\name:
    sub lr, lr, #\adjust
    push {r0, r1, lr}
    ldr r0, =crash_frame
    add r1, r0, #8
    stmia r1, {r2-r12}
    ldmia sp!, {r2, r3, r4}         /* r0, r1, pc */
    stmia r0, {r2, r3}
    mrs r5, spsr
    str r4, [r0, #60]
    str r5, [r0, #64]
    and r6, r5, #0x1f
    mrs r7, cpsr
    orr r8, r6, #(I_BIT | F_BIT)
    teq r6, #0x10                   /* user mode has System's registers; we never run there */
    orreq r8, r8, #0x0f
    msr cpsr_c, r8
    mov r2, sp
    mov r3, lr
    msr cpsr_c, r7
    str r2, [r0, #52]
    str r3, [r0, #56]
    ldr sp, =__fault_stack_top
    mov r0, #\reason
    bl crash_exception
    b .
    .ltorg
    .endm

    FAULT_ENTRY undefined_entry, 0, 4
    FAULT_ENTRY svc_entry, 1, 4
    FAULT_ENTRY prefetch_entry, 2, 4
    FAULT_ENTRY data_entry, 3, 8
    FAULT_ENTRY fiq_entry, 4, 4

irq_entry:
    sub lr, lr, #4
    push {r0-r3, r12, lr}
    bl irq_dispatch
    ldmia sp!, {r0-r3, r12, pc}^

    /* uint32_t irq_save(void): masks interrupts, returns what irq_restore needs. */
    .global irq_save
irq_save:
    mrs r0, cpsr
    orr r1, r0, #I_BIT
    msr cpsr_c, r1
    bx lr

    /* void irq_restore(uint32_t state) */
    .global irq_restore
irq_restore:
    msr cpsr_c, r0
    bx lr

    /* void cpu_wait_for_interrupt(void): returns on a pending one even while they are masked. */
    .global cpu_wait_for_interrupt
cpu_wait_for_interrupt:
    mov r0, #0
    mcr p15, 0, r0, c7, c0, 4
    bx lr

    /* void mmu_enable(const uint32_t *table): domain 0 client, caches, alignment check, high
     * vectors, S bit (access permission 0 = read only for us). */
    .global mmu_enable
mmu_enable:
    mov r1, #0
    mcr p15, 0, r1, c7, c7, 0       /* invalidate caches */
    mcr p15, 0, r1, c8, c7, 0       /* invalidate the TLB */
    mcr p15, 0, r0, c2, c0, 0
    mov r1, #1
    mcr p15, 0, r1, c3, c0, 0
    mrc p15, 0, r1, c1, c0, 0
    ldr r2, =0x3107                 /* V I S C A M */
    orr r1, r1, r2
    bic r1, r1, #0x200              /* R */
    mcr p15, 0, r1, c1, c0, 0
    nop
    nop
    bx lr
    .ltorg
