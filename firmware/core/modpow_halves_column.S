/*
 * modpow_halves_column.S: the column sum of modpow_halves.c in Thumb-1.
 * For: ARMv6-M cores.
 * Method: a chain of eight equal steps, entered where as many are left as the column needs; 13
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

    /* One limb product; r6 = a, r7 = b. */
.macro step j
    ldrh r0, [r6, #4 * \j]
    ldrh r1, [r6, #4 * \j + 2]
    ldrh r2, [r7, #28 - 4 * \j]
    ldrh r3, [r7, #30 - 4 * \j]
    movs r4, r0
    muls r4, r2
    add r8, r4
    muls r0, r3
    add r9, r0
    muls r2, r1
    add r9, r2
    muls r1, r3
    add r10, r1
.endm

    /* uint64_t scepcore_halves_column(uint64_t acc, const half *a, const half *b, size_t n) */
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
    ldr r5, [sp, #36]
1:  cmp r5, #0 /* limb products left */
    bne 4f
    b 3f
4:
    movs r0, #0
    mov r8, r0
    mov r9, r0
    mov r10, r0
    subs r5, #8
    blo 2f
    mov r11, r5
    subs r7, #28
    b chain
    /* r5 = n - 8 < 0: a and b so that the last n steps of the chain meet them. */
2:  lsls r4, r5, #2
    adds r6, r6, r4 /* a - 4 (8 - n) */
    subs r7, r7, r4
    subs r7, #28    /* b - 4 (n - 1) */
    negs r5, r5
    mov r11, r0
    movs r4, #26    /* octets of a step */
    muls r5, r4
    adr r4, chain
    adds r4, r4, r5
    mov pc, r4
    .balign 4
chain:
    step 0
    step 1
    step 2
    step 3
    step 4
    step 5
    step 6
    step 7
    mov r5, r11
    adds r6, #32
    subs r7, #4
    movs r3, #0
    mov r0, r12
    mov r1, lr
    mov r2, r8
    adds r0, r0, r2
    adcs r1, r3
    mov r2, r9
    lsls r3, r2, #14
    lsrs r4, r2, #18
    adds r0, r0, r3
    adcs r1, r4
    mov r2, r10
    lsls r3, r2, #28
    lsrs r4, r2, #4
    adds r0, r0, r3
    adcs r1, r4
    mov r12, r0
    mov lr, r1
    b 1b
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
