/* Vectors, start-up and exception entries of the Cortex-M33. For every board of this machine.
 * Armv8-M Architecture Reference Manual: B3.16 to B3.22 (exceptions), B3.21 (stack limits).
 */
    .syntax unified
    .thumb

    .section .vectors, "a"
    .global port_vectors
port_vectors:
    .word __fault_stack_top     /* exceptions have a stack of their own */
    .word port_start
    .rept 13
    .word fault_entry
    .endr
    .word fault_entry           /* 15, SysTick: not used */
    .rept 124                   /* IRQ_LINES */
    .word irq_entry
    .endr

    .text
    .global port_start
    .thumb_func
    .type port_start, %function
port_start:
    cpsid i
    ldr r0, =__stack_top
    msr psp, r0
    /* The core faults where a stack would grow below its limit. */
    ldr r0, =__stack_bottom
    msr psplim, r0
    ldr r0, =__stack_top
    msr msplim, r0              /* the exceptions' stack lies right above */
    movs r0, #2
    msr control, r0             /* thread mode on the process stack, privileged */
    isb

    ldr r0, =__data_start
    ldr r1, =__data_end
    ldr r2, =__data_load
1:  cmp r0, r1
    ittt lo
    ldrlo r3, [r2], #4
    strlo r3, [r0], #4
    blo 1b

    ldr r0, =__bss_start
    ldr r1, =__bss_end
    movs r3, #0
2:  cmp r0, r1
    itt lo
    strlo r3, [r0], #4
    blo 2b

    /* Painted, so that stack.c can tell how deep the stack has been. */
    ldr r0, =__stack_bottom
    mov r1, sp
    ldr r3, =0xa5a5a5a5
3:  cmp r0, r1
    itt lo
    strlo r3, [r0], #4
    blo 3b

    bl protection_start
    bl port_main
    b .
    .ltorg

    /* Saves the interrupted state into crash_frame (crash.h), then reports. The core has pushed r0-r3,
     * r12, lr, pc and xPSR (B3.19) to the stack that was in use. */
    .thumb_func
    .type fault_entry, %function
fault_entry:
    tst lr, #4
    ite eq
    mrseq r1, msp
    mrsne r1, psp
    ldr r0, =crash_frame
    add r2, r0, #16
    stmia r2, {r4-r11}
    ldmia r1!, {r2-r5}
    stmia r0, {r2-r5}
    ldmia r1!, {r2-r5}          /* r12, lr, pc, xPSR */
    tst r5, #0x200              /* a word was left out to align the stack */
    it ne
    addne r1, #4
    str r2, [r0, #48]
    str r1, [r0, #52]
    str r3, [r0, #56]
    str r4, [r0, #60]
    str r5, [r0, #64]
    ldr r0, =__fault_stack_top
    msr msp, r0
    bl machine_fault
    b .
    .ltorg

    .thumb_func
    .type irq_entry, %function
irq_entry:
    b irq_dispatch

    /* uint32_t irq_save(void): masks interrupts, returns what irq_restore needs. */
    .global irq_save
    .thumb_func
    .type irq_save, %function
irq_save:
    mrs r0, primask
    cpsid i
    bx lr

    /* void irq_restore(uint32_t state) */
    .global irq_restore
    .thumb_func
    .type irq_restore, %function
irq_restore:
    msr primask, r0
    isb
    bx lr

    /* void cpu_wait_for_interrupt(void): returns on a pending one even while they are masked. */
    .global cpu_wait_for_interrupt
    .thumb_func
    .type cpu_wait_for_interrupt, %function
cpu_wait_for_interrupt:
    dsb
    wfi
    bx lr
