/*
 * modpow_umlal_columns.S: Montgomery product and squaring for ARM cores with UMLAL (ARMv5TE in ARM
 * state, ARMv7-M and ARMv8-M in Thumb-2 state).
 * For: modpow_umlal.c; the contract (pads, bounds, aliasing) stands in modpow.h.
 * Method: product scanning in radix 2^28, three columns k, k+1, k+2 at a time, the product
 * sum(a[i] * b[k-i]) and the reduction sum(m[i] * n[k-i]) in the same three accumulators.
 *
 * Constant time: the number of limbs decides every branch, computed jump and address; limbs only
 * pass through UMLAL/UMULL/MUL, adds and shifts, whose time on these cores does not depend on
 * them (ARM926, Cortex-M4, M7, M33; not Cortex-M3).
 *
 * The ladder is a chain of equal pieces, each for two indices i, i+1 and three columns: 6 UMLAL
 * and 2 loads. It is entered that many pieces before its end as a group of columns needs. b's
 * limbs slide through two register pairs:
 *   r0:r1, r2:r3, r4:r5  accumulators of columns k, k+1, k+2
 *   r6  &a[i], ascending       r7  just above the b's to load next, descending
 *   r8, r9 / r10, r11  b[k+1-i], b[k+2-i], alternating; r12, lr  a[i], a[i+1]
 * An odd count is rounded up: the extra index meets a zero limb of a pad.
 */
#include "modpow_radix.h"

#if SCEPCORE_HAVE_UMLAL

#include "modpow_umlal_macros.h"

    /* void scepcore_umlal_mul(d, a, b, modulus); 12 <= limbs <= MAX_LIMBS */
    function scepcore_umlal_mul
    push {r4-r11, lr}
    sub sp, sp, #F_SIZE
    sub r10, r1, #8
    sub r11, r1, #4
    code_address r8, mul_low
    code_address r9, mul_to_high
    str r10, [sp, #F_P]
    str r2, [sp, #F_P + 4]
    str r11, [sp, #F_P + 8]
    str r8, [sp, #F_NEXT]
    str r9, [sp, #F_TO_HIGH]
    str r1, [sp, #F_A]
    str r2, [sp, #F_B]
    frame_low
    mov r0, #0
    mov r1, #0
mul_low:
    product_low
mul_high:
    product_high
mul_to_high:
    code_address r12, mul_high
    ldr r8, [sp, #F_A]
    ldr r9, [sp, #F_B]
    str r12, [sp, #F_NEXT]
    add r10, r8, r6
    add r9, r9, r7
    sub r9, r9, #8
    add r8, r8, r7
    add r8, r8, #4
    str r10, [sp, #F_P]
    str r9, [sp, #F_P + 4]
    str r8, [sp, #F_P + 8]
    b mul_high
    .size scepcore_umlal_mul, . - scepcore_umlal_mul

    /* What products and squares share: both ladders, the reduction, the end. */
    ladder LADDER
p_end:
    ldr pc, [sp, #F_AFTER_P]
low_reduce:
    reduce_low
    ladder LADDER
    .global scepcore_umlal_r_end
scepcore_umlal_r_end:
r_end:
    ldr pc, [sp, #F_AFTER_R]
low_finish:
    finish_low last_low
    ldr pc, [sp, #F_NEXT]
last_low:
    finish_last
    frame_high
    ldr pc, [sp, #F_TO_HIGH]
high_reduce:
    reduce_high
high_finish:
    finish_high
    it lo
    ldrlo pc, [sp, #F_NEXT]
    epilogue

    /* void scepcore_umlal_sqr(d, a, modulus); 12 <= limbs <= MAX_LIMBS */
    function scepcore_umlal_sqr
    push {r4-r11, lr}
    sub sp, sp, #F_SIZE
    mov r3, r2
    str r1, [sp, #F_A]
    sub r11, r1, #4
    add r10, sp, #F_TWICE + 4
    str r1, [sp, #F_P]
    str r10, [sp, #F_P + 4]
    str r11, [sp, #F_P + 8]
    code_address r4, sqr_low_even
    code_address r5, sqr_low_odd
    code_address r6, sqr_to_high
    str r4, [sp, #F_EVEN]
    str r5, [sp, #F_ODD]
    str r6, [sp, #F_TO_HIGH]
    frame_low
    add r12, sp, #F_TWICE
    add lr, r12, r4 /* r4: limbs in octets */
1:  ldmia r1!, {r5-r8}
    mov r5, r5, lsl #1
    mov r6, r6, lsl #1
    mov r7, r7, lsl #1
    mov r8, r8, lsl #1
    stmia r12!, {r5-r8}
    cmp r12, lr
    blo 1b
    mov r0, #0
    mov r1, #0
    mov r2, #0
    stm lr, {r0, r1, r2}
sqr_low_even:
    square 0, 0
sqr_low_odd:
    square 1, 0
sqr_high_even:
    square 0, 1
sqr_high_odd:
    square 1, 1
sqr_to_high:
    ldr r8, [sp, #F_A]
    add r8, r8, r6
    sub r8, r8, #4
    str r8, [sp, #F_P + 8]
    ldr r10, [sp, #F_NEXT]
    ldr r11, [sp, #F_EVEN]
    code_address r8, sqr_high_even
    code_address r9, sqr_high_odd
    str r8, [sp, #F_EVEN]
    str r9, [sp, #F_ODD]
    cmp r10, r11
    beq sqr_high_even
    b sqr_high_odd
    .size scepcore_umlal_sqr, . - scepcore_umlal_sqr

    /* One table entry of five limbs goes into r5-r9 if r2 is \k. */
.macro consider k
    ldm r1, {r4, r10, r11, r12, lr}
    add r1, r1, r3
    cmp r2, #\k
    itttt eq
    moveq r5, r4
    moveq r6, r10
    moveq r7, r11
    moveq r8, r12
    it eq
    moveq r9, lr
.endm

    /* void scepcore_umlal_select(d, table, index, limbs); limbs >= 5, index < 16.
     * Five limbs of all 16 entries at a time; a conditional move costs the same either way. The
     * last five limbs overlap the ones before. */
    function scepcore_umlal_select
    push {r4-r11, lr}
    mov r3, r3, lsl #2
    add r4, r0, r3
    sub r4, r4, #20
    str r4, [sp, #-8]!
1:  ldm r1, {r5-r9}
    add r1, r1, r3
    consider 1
    consider 2
    consider 3
    consider 4
    consider 5
    consider 6
    consider 7
    consider 8
    consider 9
    consider 10
    consider 11
    consider 12
    consider 13
    consider 14
    consider 15
    ldr r4, [sp]
    stm r0, {r5-r9}
    sub r1, r1, r3, lsl #4
    sub r4, r4, r0
    cmp r4, #20
    it hs
    movhs r4, #20
    add r0, r0, r4
    add r1, r1, r4
    cmp r4, #0
    bne 1b
    add sp, sp, #8
    pop {r4-r11, pc}
    .size scepcore_umlal_select, . - scepcore_umlal_select
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
