/*
 * modpow_umaal_words.S: Montgomery product and squaring, and the table look-up, for Cortex-M cores
 * with UMAAL (ARMv7E-M, ARMv8-M with the DSP extension: Cortex-M4, M7, M33).
 * For: modpow_umaal.c; the contract (pads, bounds, aliasing) stands in modpow.h.
 * Method: whole words of 32 bits. UMAAL adds two words to a product of two and cannot overflow, so
 * that rows need no carry flag: four rows at a time (operand scanning) go over the columns, two
 * columns a piece, with the sums of the next four columns in registers: 8 UMAAL, 3 loads and stores
 * of two words. First the product or the square, 2 * limbs words, then the reduction, four
 * multipliers at a time. A square takes the four rows' own products as they are and those with what
 * lies above from 2a. A last subtraction, masked, leaves less than R.
 *
 * Constant time: the number of limbs decides every branch, computed jump and address; limbs only
 * pass through UMAAL, MUL, adds, masks and SEL, whose time on these cores does not depend on them.
 *
 * The ladder is a chain of equal pieces, entered that many before its end as columns are left:
 *   r0  &b[j], ascending     r1  &t[i+j], ascending     r2-r5  a[i] .. a[i+3]
 *   r12, lr  b[j], b[j+1]
 *   r6-r11  the sums of four columns and the two words of t that come in, whose places turn round
 *           with each piece; at the end of the ladder the sums are in r6-r9.
 */
#include "modpow_radix.h"

#if SCEPCORE_HAVE_UMAAL

    .syntax unified
    .text
    .thumb

    .set MAX_LIMBS, 64
    .set PIECE, 44 /* octets */

    /* Stack frame. The first eight words are loaded in one go. */
    .set F_B, 0      /* row phase: b, or the place in X; reduction: n */
    .set F_T, 4      /* t at the first column of the four rows */
    .set F_ZERO, 8   /* six zeros */
    .set F_A, 32     /* the next four of a ... */
    .set F_A_END, 36 /* ... and behind the last */
    .set F_ENTRY, 40 /* into the ladder */
    .set F_AFTER, 44 /* where the ladder goes on */
    .set F_N, 48
    .set F_D, 52
    .set F_N0I, 56
    .set F_MIDDLE, 60 /* &t[limbs] */
    .set F_CARRY, 64  /* of column i + limbs: 0 or 1 */
    .set F_REDUCE, 68 /* one of the three forms of reduce */
    .set F_TOP, 72    /* the ladder's entry for a reduction */
    .set F_WORDS, 80  /* t: 2 * MAX_LIMBS words, and what a square's last rows store above */
    .set F_X, F_WORDS + 4 * (2 * MAX_LIMBS + 4) /* a square's operands: 2a */
    .set F_SIZE, F_X + 4 * (MAX_LIMBS + 3)      /* with nine registers pushed: a multiple of 8 */

    /* struct scepcore_modulus */
    .set M_N, 0
    .set M_LIMBS, 4
    .set M_N0I, 12

.macro function name
    .balign 4
    .global \name
    .type \name, %function
    .thumb_func
\name:
.endm

    /* Address of code for loading into pc. */
.macro code_address reg, label
    adr.w \reg, \label
    orr \reg, \reg, #1
.endm

    /* Two columns of four rows. */
.macro columns s0, s1, s2, s3, c0, c1
    ldrd r12, lr, [r0], #8
    ldrd \c0, \c1, [r1]
    umaal \s0, \c0, r2, r12
    umaal \s1, \c0, r3, r12
    umaal \s2, \c0, r4, r12
    umaal \s3, \c0, r5, r12
    umaal \s1, \c1, r2, lr
    umaal \s2, \c1, r3, lr
    umaal \s3, \c1, r4, lr
    umaal \c0, \c1, r5, lr
    strd \s0, \s1, [r1], #8
.endm

    /* turn: where the sums are before the piece. */
.macro piece turn
    .if (\turn) % 3 == 0
    columns r6, r7, r8, r9, r10, r11
    .elseif (\turn) % 3 == 1
    columns r8, r9, r10, r11, r6, r7
    .else
    columns r10, r11, r6, r7, r8, r9
    .endif
.endm

    /* Frame from r0 = d, r1 = a, r2 = b, r3 = modulus; t is zero up to column `limbs`. Leaves r4 =
     * limbs in octets. */
.macro frame
    ldr r4, [r3, #M_LIMBS]
    ldr r5, [r3, #M_N0I]
    ldr r6, [r3, #M_N]
    add r7, sp, #F_WORDS
    str r5, [sp, #F_N0I]
    strd r6, r0, [sp, #F_N]
    strd r2, r7, [sp, #F_B]
    /* (limbs / 4 - 1) mod 3 tells where the reduction's sums begin. */
    lsr r8, r4, #2
    sub r8, r8, #1
    mov r9, #171
    mul r9, r9, r8
    lsr r9, r9, #9
    add r9, r9, r9, lsl #1
    subs r8, r8, r9
    code_address r10, reduce_0
    beq 1f
    code_address r10, reduce_1
    cmp r8, #1
    beq 1f
    code_address r10, reduce_2
1:  str r10, [sp, #F_REDUCE]
    lsl r4, r4, #2
    add r8, r1, r4
    strd r1, r8, [sp, #F_A]
    add r9, r7, r4
    str r9, [sp, #F_MIDDLE]
    code_address r10, ladder_end
    sub r10, r10, r4, lsr #1
    sub r10, r10, r4
    sub r10, r10, r4, lsl #2 /* PIECE * limbs / 2 */
    str r10, [sp, #F_ENTRY]
    add r10, r10, #2 * PIECE
    str r10, [sp, #F_TOP]
    mov r0, #0
    mov r2, #0
    mov r3, #0
    mov r5, #0
    strd r0, r2, [sp, #F_ZERO]
    strd r0, r2, [sp, #F_ZERO + 8]
    strd r0, r2, [sp, #F_ZERO + 16]
    str r0, [sp, #F_CARRY]
2:  stmia r7!, {r0, r2, r3, r5}
    cmp r7, r9
    bls 2b
.endm

    /* void scepcore_umaal_mul(d, a, b, modulus); limbs a multiple of 4 up to MAX_LIMBS */
    function scepcore_umaal_mul
    push {r4-r11, lr}
    sub sp, sp, #F_SIZE
    frame
    code_address r10, mul_after
    str r10, [sp, #F_AFTER]
mul_rows:
    ldm sp, {r0, r1, r6-r11}
    ldr r12, [sp, #F_A]
    add lr, r1, #16
    ldmia r12!, {r2-r5}
    str lr, [sp, #F_T]
    str r12, [sp, #F_A]
    ldr pc, [sp, #F_ENTRY]
mul_after:
    stm r1, {r6-r9}
    ldrd r12, lr, [sp, #F_A]
    cmp r12, lr
    bne mul_rows
    b reduction
    .size scepcore_umaal_mul, . - scepcore_umaal_mul

    /* void scepcore_umaal_sqr(d, a, modulus); limbs as above */
    function scepcore_umaal_sqr
    push {r4-r11, lr}
    sub sp, sp, #F_SIZE
    mov r3, r2
    add r2, sp, #F_X
    frame
    code_address r10, sqr_after
    str r10, [sp, #F_AFTER]
    add r12, sp, #F_X
    add lr, r1, r4
    cmn r0, #0 /* no carry */
1:  ldmia r1!, {r5-r8}
    adcs r5, r5, r5
    adcs r6, r6, r6
    adcs r7, r7, r7
    adcs r8, r8, r8
    stmia r12!, {r5-r8}
    teq r1, lr /* leaves the carry alone */
    bne 1b
    adc r0, r0, #0
    str r0, [r12]
sqr_rows:
    ldm sp, {r0, r1, r6-r11}
    ldr r12, [sp, #F_A]
    ldmia r12!, {r2-r5}
    str r12, [sp, #F_A]
    /* X: the rows' own words, then 2a without the bit that comes from below. */
    stm r0, {r2-r5}
    ldr lr, [r0, #16]
    add r12, r0, #16
    bic lr, lr, #1
    str lr, [r0, #16]
    add lr, r1, #32
    strd r12, lr, [sp, #F_B]
    ldr lr, [sp, #F_ENTRY]
    add r12, lr, #2 * PIECE
    str r12, [sp, #F_ENTRY]
    bx lr
sqr_after:
    /* The top bit of 2a; no more than zero in the last rows, whose place it then is. */
    ldr r12, [r0]
    ldr r10, [r1]
    umaal r6, r10, r2, r12
    umaal r7, r10, r3, r12
    umaal r8, r10, r4, r12
    umaal r9, r10, r5, r12
    stm r1, {r6-r10}
    ldrd r12, lr, [sp, #F_A]
    cmp r12, lr
    bne sqr_rows
    b reduction
    .size scepcore_umaal_sqr, . - scepcore_umaal_sqr

    /* What products and squares share. */
    .balign 4
ladder:
    .set left, MAX_LIMBS / 2
    .rept MAX_LIMBS / 2
    piece 3 * MAX_LIMBS - left
    .set left, left - 1
    .endr
ladder_end:
    ldr pc, [sp, #F_AFTER]
    .if ladder_end - ladder - PIECE * MAX_LIMBS / 2
    .error "a piece has another size"
    .endif

    /* Four multipliers and their products with n[0] .. n[3]: columns i .. i+3 of t become zero, the
     * sums of the next four begin in the places where the ladder looks for them. s0-s3: t[i] ..;
     * s4: the first carry, zero. Each column that has become zero is the next row's carry. */
.macro multipliers s0, s1, s2, s3, s4, n0, n1, n2, n3
    ldr r5, [sp, #F_N0I]
    mov \s4, #0
    mul r2, r5, \s0
    umaal \s0, \s4, r2, \n0
    umaal \s1, \s4, r2, \n1
    umaal \s2, \s4, r2, \n2
    umaal \s3, \s4, r2, \n3
    mul r3, r5, \s1
    umaal \s1, \s0, r3, \n0
    umaal \s2, \s0, r3, \n1
    umaal \s3, \s0, r3, \n2
    umaal \s4, \s0, r3, \n3
    mul r4, r5, \s2
    umaal \s2, \s1, r4, \n0
    umaal \s3, \s1, r4, \n1
    umaal \s4, \s1, r4, \n2
    umaal \s0, \s1, r4, \n3
    mul r5, r5, \s3
    umaal \s3, \s2, r5, \n0
    umaal \s4, \s2, r5, \n1
    umaal \s0, \s2, r5, \n2
    umaal \s1, \s2, r5, \n3
.endm
    /* r0 = &n[0], r1 = &t[i]; the place of the next rows. */
.macro next_rows
    ldrd r0, r1, [sp, #F_B]
    add lr, r1, #16
    str lr, [sp, #F_T]
.endm
.macro go_on
    ldr r1, [sp, #F_T]
    ldr pc, [sp, #F_TOP]
.endm

reduction:
    ldr r0, [sp, #F_N]
    add r1, sp, #F_WORDS
    strd r0, r1, [sp, #F_B]
    code_address r10, reduced
    str r10, [sp, #F_AFTER]
    ldr pc, [sp, #F_REDUCE]
reduce_0:
    next_rows
    ldm r1, {r7-r10}
    ldmia r0!, {r1, r11, r12, lr}
    multipliers r7, r8, r9, r10, r6, r1, r11, r12, lr
    go_on
reduce_1:
    next_rows
    ldm r1, {r9-r12}
    ldmia r0!, {r1, r6, r7, lr}
    multipliers r9, r10, r11, r12, r8, r1, r6, r7, lr
    go_on
reduce_2:
    next_rows
    ldr r11, [r1], #4
    ldm r1, {r6-r8}
    ldmia r0!, {r1, r9, r12, lr}
    multipliers r11, r6, r7, r8, r10, r1, r9, r12, lr
    go_on

    /* The sums of the rows go into columns i + limbs and the next three. */
reduced:
    ldm r1, {r2-r5}
    ldr r0, [sp, #F_CARRY]
    ldr r12, [sp, #F_T]
    lsrs r0, r0, #1
    adcs r6, r6, r2
    adcs r7, r7, r3
    adcs r8, r8, r4
    adcs r9, r9, r5
    adc r0, r0, r0
    ldr lr, [sp, #F_MIDDLE]
    str r0, [sp, #F_CARRY]
    stm r1, {r6-r9}
    cmp r12, lr
    it ne
    ldrne pc, [sp, #F_REDUCE]
    /* d = t's upper half, less n if that had a carry. */
    ldrd r10, r11, [sp, #F_N]
    add r1, r1, #16
    rsb r0, r0, #0
    cmp r0, r0 /* no borrow */
1:  ldmia lr!, {r2-r5}
    ldmia r10!, {r6-r9}
    and r6, r6, r0
    and r7, r7, r0
    and r8, r8, r0
    and r9, r9, r0
    sbcs r2, r2, r6
    sbcs r3, r3, r7
    sbcs r4, r4, r8
    sbcs r5, r5, r9
    stmia r11!, {r2-r5}
    teq lr, r1 /* leaves the borrow alone */
    bne 1b
    add sp, sp, #F_SIZE
    pop {r4-r11, pc}

    /* One table entry of four limbs goes into r8-r11 where the counters in r2 wrap. */
.macro consider
    ldm r1, {r4-r7}
    add r1, r1, r3
    uadd8 r2, r2, r12
    sel r8, r4, r8
    sel r9, r5, r9
    sel r10, r6, r10
    sel r11, r7, r11
.endm

    /* void scepcore_umaal_select(d, table, index, limbs); limbs a multiple of 4, index < 16.
     * Four limbs of all 16 entries at a time. Four counters, equal, begin at -index. */
    function scepcore_umaal_select
    push {r4-r11, lr}
    mov r12, #0x01010101
    mov r4, #0
    mul r2, r2, r12
    usub8 lr, r4, r2
    lsl r3, r3, #2
    add r4, r0, r3
    str r4, [sp, #-8]!
1:  ldm r1, {r8-r11}
    add r1, r1, r3
    mov r2, lr
    .rept 15
    consider
    .endr
    ldr r4, [sp]
    stmia r0!, {r8-r11}
    sub r1, r1, r3, lsl #4
    add r1, r1, #16
    cmp r0, r4
    bne 1b
    add sp, sp, #8
    pop {r4-r11, pc}
    .size scepcore_umaal_select, . - scepcore_umaal_select
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
