/*
 * modpow_halves_column.S: the column sum of modpow_halves.c in Thumb-1.
 * For: ARMv6-M cores.
 * Method: a chain of eight equal steps, entered where as many are left as the column needs; 8
 * instructions a limb product, sums in high registers.
 *
 * Constant time: the number of limbs alone decides the entry and the loop.
 */
#if defined(__arm__) && !defined(SCEPCORE_NO_ASM) && defined(__thumb__) &&                         \
    (defined(SCEPCORE_WANT_HALVES) ||                                                              \
     (!defined(__ARM_ARCH_ISA_ARM) && __ARM_ARCH_ISA_THUMB == 1))

    .syntax unified
    .text
    .thumb

    /* One limb product: r6 = a, r7 = b, both moving on. */
.macro step
    ldmia r6!, {r0, r1, r2}
    ldmia r7!, {r3, r4, r5}
    muls r0, r3
    muls r1, r4
    muls r2, r5
    add r8, r0
    add r9, r1
    add r10, r2
.endm

    /* uint64_t scepcore_halves_column(uint64_t acc, const halves *a, const halves *b, size_t n)
     * r8 low, r9 high, r10 both and the middle, r11 limb products left, r12 and lr the column. */
    .balign 4
    .global scepcore_halves_column
    .type scepcore_halves_column, %function
    .thumb_func
scepcore_halves_column:
    push {r4-r7, lr}
    mov r4, r8
    mov r5, r9
    mov r6, r10
    mov r7, r11
    push {r4-r7}
    mov r12, r0
    mov lr, r1
    movs r6, r2
    movs r7, r3
    ldr r0, [sp, #36]
    cmp r0, #0
    bne 1f
    b 3f
1:  movs r1, #0
    mov r8, r1
    mov r9, r1
    mov r10, r1
    subs r0, #8
    bhs 2f
    negs r2, r0
    lsls r2, r2, #4 /* 16 octets a step */
    adr r3, chain
    adds r3, r3, r2
    mov r11, r1
    mov pc, r3
    .balign 4
2:  mov r11, r0
    nop
chain:
    .rept 8
    step
    .endr
    mov r0, r8
    mov r1, r9
    mov r2, r10
    mov r3, r12
    mov r4, lr
    movs r5, #0
    subs r2, r2, r0
    subs r2, r2, r1
    adds r3, r3, r0
    adcs r4, r5
    lsls r0, r2, #14
    lsrs r2, r2, #18
    adds r3, r3, r0
    adcs r4, r2
    lsls r0, r1, #28
    lsrs r1, r1, #4
    adds r3, r3, r0
    adcs r4, r1
    mov r12, r3
    mov lr, r4
    mov r0, r11
    cmp r0, #0
    bne 1b
3:  mov r0, r12
    mov r1, lr
    pop {r4-r7}
    mov r8, r4
    mov r9, r5
    mov r10, r6
    mov r11, r7
    pop {r4-r7, pc}
    .size scepcore_halves_column, . - scepcore_halves_column
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
