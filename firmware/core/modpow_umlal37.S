/*
 * modpow_umlal37.S: Montgomery squaring for 37 limbs, the factors of a 2,048-bit key.
 * For: modpow_umlal.c; the contract stands in modpow.h.
 * Method: as modpow_umlal_columns.S, with the products of each group of columns in a straight line and
 * only the reduction's ladder shared (that of modpow_umlal_columns.S): 12 % fewer instructions
 * than the loop, for 6 KiB of code.
 *
 * Constant time: no branch depends on anything but the place in the code.
 */
#include "modpow_radix.h"

#if SCEPCORE_HAVE_UMLAL

#include "modpow_umlal_macros.h"

    .set L, 37
    .set F_OUT, F_P /* high groups: where the next limbs of the result go */

    /* umull for the first product of an accumulator, umlal afterwards. */
.macro product lo, hi, x, y
    .if fresh
    umull \lo, \hi, \x, \y
    .else
    umlal \lo, \hi, \x, \y
    .endif
.endm

    /* Two indices, three columns; `side` says which pair carries the last two b's. */
.macro piece
    .if side
    ldmdb r7!, {r8, r9}
    ldmia r6!, {r12, lr}
    product r4, r5, r12, r11
    product r2, r3, r12, r10
    umlal r0, r1, r12, r9
    umlal r4, r5, lr, r10
    umlal r2, r3, lr, r9
    umlal r0, r1, lr, r8
    .else
    ldmdb r7!, {r10, r11}
    ldmia r6!, {r12, lr}
    product r4, r5, r12, r9
    product r2, r3, r12, r8
    umlal r0, r1, r12, r11
    umlal r4, r5, lr, r8
    umlal r2, r3, lr, r11
    umlal r0, r1, lr, r10
    .endif
    .set fresh, 0
    .set side, 1 - side
.endm

    /* The end of the square, h = (k + 1) / 2; below, above: 2a[k+1-h], 2a[k+2-h]. */
.macro middle k, below, above
    .if (\k & 1) == 0
    ldm r6, {r12, lr}
    product r2, r3, r12, \below
    product r4, r5, r12, \above
    umlal r0, r1, r12, r12
    umlal r4, r5, lr, lr
    .else
    ldr r12, [r6]
    umlal r2, r3, r12, r12
    umlal r4, r5, r12, \above
    .endif
.endm

    /* a^2, columns k, k+1, k+2. */
.macro square_columns k
    .set first, 0
    .if \k >= L
    .set first, \k - L + 1
    .endif
    .set count, (\k + 1) / 2 - first
    .set fresh, 1
    .set side, 1
    ldr r6, [sp, #F_A]
    .if first
    add r6, r6, #4 * first
    .endif
    add r7, sp, #F_TWICE + 4 * (\k + 1 - first)
    ldm r7, {r10, r11}
    .if count & 1
    ldr r12, [r6], #4
    ldr r8, [r7, #-4]!
    product r4, r5, r12, r11
    product r2, r3, r12, r10
    umlal r0, r1, r12, r8
    mov r9, r10
    .set fresh, 0
    .set side, 0
    .endif
    .rept count / 2
    piece
    .endr
    .if side
    middle \k, r10, r11
    .else
    middle \k, r8, r9
    .endif
.endm

    /* Where finish goes on. */
.macro next label
#if defined(__ARM_ARCH_ISA_ARM)
    adr r12, \label
#else
    code_address r12, \label
#endif
    str r12, [sp, #F_NEXT]
.endm

    /* Sets up sum(m[i] n[k-i]), i = 0 .. k-1, for `pieces` of the ladder. */
.macro reduce_setup k
    .set pieces, (\k + 1) / 2
    ldr r6, [sp, #F_D]
    ldr r7, [sp, #F_N]
    .if \k & 1
    sub r6, r6, #4
    .endif
    add r7, r7, #4 * (1 + 2 * pieces)
    .if (pieces & 1) || pieces == 0
    ldm r7, {r8, r9}
    .endif
    .if (pieces & 1) == 0
    ldm r7, {r10, r11}
    .endif
.endm

.macro low_group k, following
    square_columns \k
    next \following
    reduce_setup \k
    b scepcore_umlal_r_end - 32 * ((\k + 1) / 2)
.endm

.macro high_group k, following
    square_columns \k
    next \following
    .set first, \k - L + 1
    .set pieces, (L - 1 - first) / 2
    ldr r6, [sp, #F_D]
    ldr r7, [sp, #F_N]
    add r6, r6, #4 * first
    add r7, r7, #4 * (L - 2)
    .if pieces & 1
    ldmia r6!, {r10, r11}
    ldm r7, {r8, r9}
    umlal r0, r1, r10, r9
    umlal r2, r3, r11, r9
    umlal r0, r1, r11, r8
    .else
    ldmia r6!, {r8, r9}
    ldm r7, {r10, r11}
    umlal r0, r1, r8, r11
    umlal r2, r3, r9, r11
    umlal r0, r1, r9, r10
    .endif
    b scepcore_umlal_r_end - 32 * ((L - 1 - (\k - L + 1)) / 2)
.endm

    /* void scepcore_umlal37_sqr(d, a, modulus); modulus->limbs = 37 */
    function scepcore_umlal37_sqr
    push {r4-r11, lr}
    sub sp, sp, #F_SIZE
    ldr r4, [r2, #M_N]
    ldr r5, [r2, #M_N0I]
    str r0, [sp, #F_D]
    str r0, [sp, #F_OUT]
    str r1, [sp, #F_A]
    str r4, [sp, #F_N]
    str r5, [sp, #F_N0I]
    code_address r6, low_finish_37
    str r6, [sp, #F_AFTER_R]
    add r12, sp, #F_TWICE
    .rept 10 /* 40 limbs: with the pad */
    ldmia r1!, {r5-r8}
    mov r5, r5, lsl #1
    mov r6, r6, lsl #1
    mov r7, r7, lsl #1
    mov r8, r8, lsl #1
    stmia r12!, {r5-r8}
    .endr
    mov r0, #0
    mov r1, #0
    low_group 0, low_3
low_3:
    low_group 3, low_6
low_6:
    low_group 6, low_9
low_9:
    low_group 9, low_12
low_12:
    low_group 12, low_15
low_15:
    low_group 15, low_18
low_18:
    low_group 18, low_21
low_21:
    low_group 21, low_24
low_24:
    low_group 24, low_27
low_27:
    low_group 27, low_30
low_30:
    low_group 30, low_33
low_33:
    low_group 33, group_36
low_finish_37:
    multiplier_first
    multiplier_second
    multiplier_third
    stm r6, {r9, r11, r12}
    ldr pc, [sp, #F_NEXT]

    /* The middle group: one multiplier, two limbs of the result. */
group_36:
    square_columns 36
    code_address r12, finish_36
    str r12, [sp, #F_AFTER_R]
    reduce_setup 36
    b scepcore_umlal_r_end - 32 * 18
finish_36:
    multiplier_first
    ldr r12, [sp, #F_OUT]
    str r9, [r6]
    bic r8, r2, #0xf0000000
    carry r4, r5, r2, r3
    bic r9, r4, #0xf0000000
    code_address r7, high_finish_37
    stmia r12!, {r8, r9}
    str r7, [sp, #F_AFTER_R]
    str r12, [sp, #F_OUT]
    carry_out

    high_group 39, high_42
high_42:
    high_group 42, high_45
high_45:
    high_group 45, high_48
high_48:
    high_group 48, high_51
high_51:
    high_group 51, high_54
high_54:
    high_group 54, high_57
high_57:
    high_group 57, high_60
high_60:
    high_group 60, high_63
high_63:
    high_group 63, high_66
high_66:
    high_group 66, high_69
high_69:
    high_group 69, high_72
high_72:
    high_group 72, finished
high_finish_37:
    ldr r12, [sp, #F_OUT]
    mov lr, #16
    bic r8, r0, #0xf0000000
    carry r2, r3, r0, r1
    bic r9, r2, #0xf0000000
    carry r4, r5, r2, r3
    bic r10, r4, #0xf0000000
    carry_out
    stmia r12!, {r8, r9, r10}
    str r12, [sp, #F_OUT]
    ldr pc, [sp, #F_NEXT]
finished:
    add sp, sp, #F_SIZE
    pop {r4-r11, pc}
    .size scepcore_umlal37_sqr, . - scepcore_umlal37_sqr
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
