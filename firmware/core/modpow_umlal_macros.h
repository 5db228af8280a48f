/* clang-format off */
/*
 * modpow_umlal_macros.h: pieces of the Montgomery kernel for ARM cores with UMLAL.
 * For: modpow_umlal_columns.S (any length) and modpow_umlal37.S (1,024-bit moduli).
 * Method: see modpow_umlal_columns.S. Assembler macros; not a C header.
 */
    .syntax unified
    .text
#if defined(__ARM_ARCH_ISA_ARM)
    .arm
#else
    .thumb
#endif

    .set MAX_LIMBS, 75
    .set LADDER, 38 /* pieces; even, so that it ends with b in r10, r11 */

    /* Stack frame. P: product phase, R: reduction phase; four words each, see below. */
    .set F_P, 0
    .set F_R, 16
    .set F_N0I, 32
    .set F_END, 36   /* low groups: &m[k] of the last one; high groups: &m[limbs] */
    .set F_LAST, 40  /* columns below `limbs` in the last low group: 1, 2 or 3 */
    .set F_LIMBS, 44 /* in octets */
    .set F_D, 48
    .set F_N, 52
    .set F_A, 56
    .set F_B, 60
    .set F_NEXT, 64 /* squaring: code of the next group, by the parity of k */
    .set F_EVEN, 68
    .set F_ODD, 72
    .set F_AFTER_P, 76 /* where the product's ladder goes on */
    .set F_AFTER_R, 80
    .set F_TO_HIGH, 84 /* sets up the product phase of the high groups */
    .set F_TWICE, 88   /* 2a */
    .set F_SIZE, 88 + 4 * (MAX_LIMBS + 1 + 4) /* with nine registers pushed: a multiple of 8 */

    /* struct scepcore_modulus */
    .set M_N, 0
    .set M_LIMBS, 4
    .set M_N0I, 12

    /* Address of code, for `enter` and for loading into pc. */
.macro code_address reg, label
#if defined(__ARM_ARCH_ISA_ARM)
    adrl \reg, \label
#else
    adr.w \reg, \label
    orr \reg, \reg, #1
#endif
.endm

    /* Enter the ladder that ends at lr, r12 / 8 pieces before its end. */
.macro enter
#if defined(__ARM_ARCH_ISA_ARM)
    sub pc, lr, r12, lsl #2
#else
    sub lr, lr, r12, lsl #2
    bx lr
#endif
.endm

.macro ladder pieces
    .rept (\pieces) / 2
    ldmdb r7!, {r8, r9}
    ldmia r6!, {r12, lr}
    umlal r4, r5, r12, r11
    umlal r2, r3, r12, r10
    umlal r0, r1, r12, r9
    umlal r4, r5, lr, r10
    umlal r2, r3, lr, r9
    umlal r0, r1, lr, r8
    ldmdb r7!, {r10, r11}
    ldmia r6!, {r12, lr}
    umlal r4, r5, r12, r9
    umlal r2, r3, r12, r8
    umlal r0, r1, r12, r11
    umlal r4, r5, lr, r8
    umlal r2, r3, lr, r11
    umlal r0, r1, lr, r10
    .endr
.endm

    /* \lo:\hi += \from_lo:\from_hi >> 28; lr holds 16. */
.macro carry lo, hi, from_lo, from_hi
    adds \lo, \lo, \from_lo, lsr #28
    adc \hi, \hi, #0
    umlal \lo, \hi, \from_hi, lr
.endm

    /* r0:r1 = r4:r5 >> 28 */
.macro carry_out
    mov r0, r4, lsr #28
    orr r0, r0, r5, lsl #4
    mov r1, r5, lsr #28
.endm

    /* Back to the first b's that the ladder needs: r12 / 8 pieces before r6, r7. */
.macro step_back
    sub r6, r6, r12
    add r7, r7, r12
    ldm r7, {r8, r9}
    ldm r7, {r10, r11}
    enter
.endm

    /* ---- product, columns k .. k+2, low groups ----------------------------------------------
     * Frame at F_P: &a[k+1] (advanced by 12 beforehand), &b[0], a - 4, ladder end.
     * The corner a[k+1] b[0], a[k+1] b[1], a[k+2] b[0], then i = 0 .. k. */
.macro product_low
    ldm sp, {r6, r7, r12, lr}
    add r6, r6, #12
    str r6, [sp, #F_P]
    ldm r6, {r8, r9}
    ldm r7, {r10, r11}
    sub r12, r6, r12
    bic r12, r12, #4 /* 8 * pieces */
    umull r2, r3, r8, r10
    umull r4, r5, r8, r11
    umlal r4, r5, r9, r10
    step_back
.endm

    /* High groups, s = k - limbs + 1. Frame at F_P: &a[s], &b[limbs-2], &a[limbs+1], ladder end.
     * The corner a[s] b[limbs-1], a[s+1] b[limbs-2], a[s+1] b[limbs-1], then i = s+2 .. */
.macro product_high
    ldm sp, {r6, r7, r12, lr}
    ldmia r6!, {r4, r5}
    ldm r7, {r8, r9}
    ldm r7, {r10, r11}
    umlal r0, r1, r4, r9
    umull r2, r3, r5, r9
    umlal r0, r1, r5, r8
    add r4, r6, #4
    str r4, [sp, #F_P]
    sub r12, r12, r6
    mov r4, #0
    mov r5, #0
    bic r12, r12, #4
    enter
.endm

    /* ---- square, h = (k + 1) / 2: cross products i = s' .. h-1, doubled, and the middle -------
     * s' = 0 in low groups, else k - limbs + 1. Frame at F_P: &a[h], &2a[k+1-h], &a[s'] - 4, ladder
     * end. k even: a[h]^2, a[h] 2a[h+1], a[h] 2a[h+2] + a[h+1]^2; k odd: a[h]^2 in column k+1,
     * a[h] 2a[h+1] in k+2. */
.macro square parity, high
    ldm sp, {r6, r7, r12, lr}
    .if \high
    add r8, r12, #12
    str r8, [sp, #F_P + 8]
    .endif
    ldm r6, {r8, r9}
    ldm r7, {r10, r11}
    sub r12, r6, r12
    bic r12, r12, #4
    .if \parity == 0
    umull r2, r3, r8, r10
    umull r4, r5, r8, r11
    umlal r0, r1, r8, r8
    umlal r4, r5, r9, r9
    add r9, r6, #8
    add r10, r7, #4
    ldr r8, [sp, #F_ODD]
    .else
    umull r2, r3, r8, r8
    umull r4, r5, r8, r11
    add r9, r6, #4
    add r10, r7, #8
    ldr r8, [sp, #F_EVEN]
    .endif
    stm sp, {r9, r10}
    str r8, [sp, #F_NEXT]
    step_back
.endm

    /* ---- reduction, low groups ---------------------------------------------------------------
     * Frame at F_R: &m[k], &n[1], m - 4, ladder end. Indices i = 0 .. k-1; the ladder leaves
     * r6 = &m[k], r7 = &n[1], r10, r11 = n[1], n[2]. */
.macro reduce_low
    add r12, sp, #F_R
    ldm r12, {r6, r7, r12, lr}
    sub r12, r6, r12
    bic r12, r12, #4
    step_back
.endm

    /* m[k] = r9, m[k+1] = r11, m[k+2] = r12, each with its products in these columns. */
.macro multiplier_first
    ldr r7, [r7, #-4] /* n[0] */
    ldr r8, [sp, #F_N0I]
    mov lr, #16
    mul r9, r0, r8
    bic r9, r9, #0xf0000000
    umlal r0, r1, r9, r7
    umlal r2, r3, r9, r10
    umlal r4, r5, r9, r11
    carry r2, r3, r0, r1
.endm
.macro multiplier_second
    mul r11, r2, r8
    bic r11, r11, #0xf0000000
    umlal r2, r3, r11, r7
    umlal r4, r5, r11, r10
    carry r4, r5, r2, r3
.endm
.macro multiplier_third
    mul r12, r4, r8
    bic r12, r12, #0xf0000000
    umlal r4, r5, r12, r7
    carry_out
.endm

    /* Three multipliers, or on to the last low group, which may hold columns of the result. */
.macro finish_low last
    ldr lr, [sp, #F_END]
    cmp r6, lr
    beq \last
    multiplier_first
    multiplier_second
    multiplier_third
    stmia r6!, {r9, r11, r12}
    str r6, [sp, #F_R]
.endm

.macro finish_last
    multiplier_first
    ldr r12, [sp, #F_LAST]
    str r9, [r6]
    cmp r12, #1
    ldr r9, [sp, #F_D]
    beq 1f
    multiplier_second
    ldr r12, [sp, #F_LAST]
    str r11, [r6, #4]
    cmp r12, #2
    beq 2f
    multiplier_third
    str r12, [r6, #8]
    b 3f
1:  bic r8, r2, #0xf0000000
    carry r4, r5, r2, r3
    str r8, [r9], #4
2:  bic r8, r4, #0xf0000000
    str r8, [r9]
    carry_out
3:
.endm

    /* ---- reduction, high groups --------------------------------------------------------------
     * Frame at F_R: &m[s] (advanced by 12), &n[limbs-2], &m[limbs+1], ladder end; as the product. */
.macro reduce_high
    add r12, sp, #F_R
    ldm r12, {r6, r7, r12, lr}
    ldmia r6!, {r10, r11}
    ldm r7, {r8, r9}
    umlal r0, r1, r10, r9
    umlal r2, r3, r11, r9
    umlal r0, r1, r11, r8
    add r10, r6, #4
    str r10, [sp, #F_R]
    ldm r7, {r10, r11}
    sub r12, r12, r6
    bic r12, r12, #4
    enter
.endm

    /* Three limbs of the result; flags: lower while groups remain. */
.macro finish_high
    ldr r6, [sp, #F_R] /* &m[s+3] */
    ldr r7, [sp, #F_END]
    mov lr, #16
    bic r8, r0, #0xf0000000
    carry r2, r3, r0, r1
    bic r9, r2, #0xf0000000
    carry r4, r5, r2, r3
    bic r10, r4, #0xf0000000
    carry_out
    sub r12, r6, #16
    stm r12, {r8, r9, r10} /* d[s-1] .. */
    cmp r6, r7
.endm

    /* Frame from r0 = d, r3 = modulus: all but the product phase. Uses r4-r9. */
.macro frame_low
    ldr r4, [r3, #M_LIMBS]
    ldr r5, [r3, #M_N0I]
    ldr r6, [r3, #M_N]
    sub r7, r4, #1
    add r8, r7, r7, lsl #2
    add r8, r7, r8, lsl #4
    add r8, r8, r7, lsl #2
    add r8, r8, r7         /* 86 * (limbs - 1) */
    mov r8, r8, lsr #8     /* (limbs - 1) / 3 */
    add r8, r8, r8, lsl #1
    sub r7, r4, r8         /* 1, 2 or 3 */
    add r8, r0, r8, lsl #2
    mov r4, r4, lsl #2
    str r5, [sp, #F_N0I]
    str r8, [sp, #F_END]
    str r7, [sp, #F_LAST]
    str r4, [sp, #F_LIMBS]
    str r0, [sp, #F_D]
    str r6, [sp, #F_N]
    add r6, r6, #4
    sub r8, r0, #4
    code_address r9, r_end
    str r0, [sp, #F_R]
    str r6, [sp, #F_R + 4]
    str r8, [sp, #F_R + 8]
    str r9, [sp, #F_R + 12]
    code_address r5, p_end
    code_address r6, low_reduce
    code_address r7, low_finish
    str r5, [sp, #F_P + 12]
    str r6, [sp, #F_AFTER_P]
    str r7, [sp, #F_AFTER_R]
.endm

    /* Frame of the high groups. Leaves r6 = s, r7 = limbs, both in octets. Uses r8-r12, lr. */
.macro frame_high
    ldr r8, [sp, #F_D]
    ldr r7, [sp, #F_LIMBS]
    ldr r9, [sp, #F_N]
    ldr r6, [sp, #F_LAST]
    rsb r6, r6, #4
    mov r6, r6, lsl #2
    add r10, r8, r6
    add r9, r9, r7
    sub r9, r9, #8
    add r11, r8, r7
    add r12, r11, #4
    str r10, [sp, #F_R]
    str r9, [sp, #F_R + 4]
    str r12, [sp, #F_R + 8]
    str r11, [sp, #F_END]
    code_address r9, high_reduce
    code_address r10, high_finish
    str r9, [sp, #F_AFTER_P]
    str r10, [sp, #F_AFTER_R]
.endm

.macro function name
    .balign 4
    .global \name
    .type \name, %function
#if !defined(__ARM_ARCH_ISA_ARM)
    .thumb_func
#endif
\name:
.endm

    /* The carry of the last group is the top limb, or zero in a pad. r6 = &m[s+3]. */
.macro epilogue
    str r0, [r6, #-4]
    add sp, sp, #F_SIZE
    pop {r4-r11, pc}
.endm
