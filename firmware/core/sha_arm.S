/*
 * sha_arm.S: the SHA-1 and SHA-256 compression functions for ARMv5TE and Thumb-2 cores.
 * For: sha1_kernel.c, sha256_kernel.c.
 * Standard: FIPS 180-4 sections 6.1.2, 6.2.2.
 *
 * Constant time: straight lines and loops of fixed counts; no address depends on the data, only
 * on whether the block is aligned.
 */
#if defined(__arm__) && !defined(SCEPCORE_NO_ASM) &&                                               \
    (defined(__ARM_ARCH_ISA_ARM) || __ARM_ARCH_ISA_THUMB >= 2)

    .syntax unified
    .text
#if defined(__ARM_ARCH_ISA_ARM)
    .arm
#else
    .thumb
#endif

.macro function name
    .balign 4
    .global \name
    .type \name, %function
#if !defined(__ARM_ARCH_ISA_ARM)
    .thumb_func
#endif
\name:
.endm

    /* Word x from big-endian memory order; t is scratch. */
.macro from_big x, t
#if __ARM_ARCH >= 6 || !defined(__ARM_ARCH_ISA_ARM)
    rev \x, \x
#else
    eor \t, \x, \x, ror #16
    bic \t, \t, #0x00ff0000
    mov \x, \x, ror #8
    eor \x, \x, \t, lsr #8
#endif
.endm

    /* Copies the 64 octets at r1 to 16 words at r12, both moving on. Uses r3-r8. */
.macro load_block
    tst r1, #3
    mov r8, #4
    bne 2f
1:  ldmia r1!, {r3-r6}
    from_big r3, r7
    from_big r4, r7
    from_big r5, r7
    from_big r6, r7
    subs r8, r8, #1
    stmia r12!, {r3-r6}
    bne 1b
    b 3f
2:  mov r8, #16
4:  ldrb r3, [r1], #1
    ldrb r4, [r1], #1
    ldrb r5, [r1], #1
    ldrb r6, [r1], #1
    orr r3, r4, r3, lsl #8
    orr r3, r5, r3, lsl #8
    orr r3, r6, r3, lsl #8
    subs r8, r8, #1
    str r3, [r12], #4
    bne 4b
3:
.endm

    /* ---- SHA-1 -------------------------------------------------------------------------------
     * Words stand on the stack; a step's word register becomes the new a. Values two steps old
     * and older are kept unrotated: what FIPS 180-4 calls c, d, e is the register ror #2. */
    .set S1_STATE, 0
    .set S1_BLOCK, 4
    .set S1_LEFT, 8
    .set S1_W, 12
    .set S1_SIZE, 12 + 4 * 82 + 4 /* and the nine saved registers: a multiple of 8 */

    /* Three words of the schedule. r11 = &w[t-16], r12 = &w[t-8], lr = &w[t]. */
.macro sha1_schedule
    ldm r11, {r0-r4}
    ldmia r12!, {r5-r7}
    ldmdb lr, {r8-r10}
    eor r0, r0, r2
    eor r1, r1, r3
    eor r2, r2, r4
    eor r0, r0, r5
    eor r1, r1, r6
    eor r2, r2, r7
    eor r0, r0, r8
    eor r1, r1, r9
    eor r2, r2, r10
    mov r0, r0, ror #31
    mov r1, r1, ror #31
    mov r2, r2, ror #31
    stmia lr!, {r0-r2}
    add r11, r11, #12
.endm

    /* x holds the word and becomes a' = rotl5(a) + f(b, c, d) + e + k + word. */
.macro sha1_sum a, e, x
    add \x, \x, \e, ror #2
    add \x, \x, r10
    add \x, \x, \a, ror #27
.endm
.macro sha1_choose a, b, c, d, e, x
    eor r12, \c, \d
    sha1_sum \a, \e, \x
    and r12, \b, r12, ror #2
    eor r12, r12, \d, ror #2
    add \x, \x, r12
.endm
.macro sha1_parity a, b, c, d, e, x
    eor r12, \c, \d
    sha1_sum \a, \e, \x
    eor r12, \b, r12, ror #2
    add \x, \x, r12
.endm
    /* majority = ((b ^ d) & (c ^ d)) ^ d */
.macro sha1_majority a, b, c, d, e, x
    eor r12, \c, \d
    eor lr, \b, \d, ror #2
    sha1_sum \a, \e, \x
    and lr, lr, r12, ror #2
    eor lr, lr, \d, ror #2
    add \x, \x, lr
.endm

    /* Ten steps: e, d, c, b, a from r0-r4 by way of r5-r9 to r0-r4. */
.macro sha1_ten f
    ldmia r11!, {r5-r9}
    \f r4, r3, r2, r1, r0, r5
    \f r5, r4, r3, r2, r1, r6
    \f r6, r5, r4, r3, r2, r7
    \f r7, r6, r5, r4, r3, r8
    \f r8, r7, r6, r5, r4, r9
    ldmia r11!, {r0-r4}
    \f r9, r8, r7, r6, r5, r0
    \f r0, r9, r8, r7, r6, r1
    \f r1, r0, r9, r8, r7, r2
    \f r2, r1, r0, r9, r8, r3
    \f r3, r2, r1, r0, r9, r4
.endm

.macro sha1_twenty f, k, last
    ldr r10, =\k
1:  sha1_ten \f
    add r12, sp, #S1_W + 4 * (\last)
    cmp r11, r12
    bne 1b
.endm

    /* void scepcore_sha1_arm(uint32_t state[5], const unsigned char *block, size_t blocks) */
    function scepcore_sha1_arm
    push {r4-r11, lr}
    sub sp, sp, #S1_SIZE
    str r0, [sp, #S1_STATE]
sha1_block:
    subs r2, r2, #1
    blo sha1_end
    str r2, [sp, #S1_LEFT]
    add r12, sp, #S1_W
    load_block
    str r1, [sp, #S1_BLOCK]
    add r11, sp, #S1_W
    mov lr, r12
    add r12, r11, #32
1:  sha1_schedule
    sha1_schedule
    sub r0, sp, lr
    cmn r0, #S1_W + 4 * 82
    bne 1b
    ldr r12, [sp, #S1_STATE]
    ldm r12, {r5-r9}
    mov r4, r5
    mov r3, r6
    mov r2, r7, ror #30
    mov r1, r8, ror #30
    mov r0, r9, ror #30
    add r11, sp, #S1_W
    sha1_twenty sha1_choose, 0x5a827999, 20
    sha1_twenty sha1_parity, 0x6ed9eba1, 40
    sha1_twenty sha1_majority, 0x8f1bbcdc, 60
    sha1_twenty sha1_parity, 0xca62c1d6, 80
    ldr r12, [sp, #S1_STATE]
    ldm r12, {r5-r9}
    add r5, r5, r4
    add r6, r6, r3
    add r7, r7, r2, ror #2
    add r8, r8, r1, ror #2
    add r9, r9, r0, ror #2
    stm r12, {r5-r9}
    ldr r1, [sp, #S1_BLOCK]
    ldr r2, [sp, #S1_LEFT]
    b sha1_block
sha1_end:
    add sp, sp, #S1_SIZE
    pop {r4-r11, pc}
    .ltorg
    .size scepcore_sha1_arm, . - scepcore_sha1_arm

    /* ---- SHA-256 ----------------------------------------------------------------------------- */
    .set S2_STATE, 0
    .set S2_BLOCK, 4
    .set S2_LEFT, 8
    .set S2_K, 12
    .set S2_W, 16
    .set S2_SIZE, 16 + 4 * 64 + 4

    /* w += w7 + sigma0(w15) + sigma1(w2); t scratch. */
.macro sha256_word w, w15, w7, w2, t
    add \w, \w, \w7
    mov \t, \w15, ror #7
    eor \t, \t, \w15, ror #18
    eor \t, \t, \w15, lsr #3
    add \w, \w, \t
    mov \t, \w2, ror #17
    eor \t, \t, \w2, ror #19
    eor \t, \t, \w2, lsr #10
    add \w, \w, \t
.endm

    /* One step; \w the word and on exit a ^ b; \bc = b ^ c on entry, then free. */
.macro sha256_step a, b, c, d, e, f, g, h, w, bc
    ldr r9, [r11], #4
    add \h, \h, \w
    add \h, \h, r9
    eor r9, \e, \e, ror #5
    eor r9, r9, \e, ror #19
    add \h, \h, r9, ror #6
    eor r9, \f, \g
    and r9, r9, \e
    eor r9, r9, \g
    add \h, \h, r9
    eor \w, \a, \b
    add \d, \d, \h
    eor r9, \a, \a, ror #11
    eor r9, r9, \a, ror #20
    add \h, \h, r9, ror #2
    and \bc, \bc, \w
    eor \bc, \bc, \b
    add \h, \h, \bc
.endm

    /* void scepcore_sha256_arm(state[8], block, blocks, const uint32_t k[64]) */
    function scepcore_sha256_arm
    push {r4-r11, lr}
    sub sp, sp, #S2_SIZE
    str r0, [sp, #S2_STATE]
    str r3, [sp, #S2_K]
sha256_block:
    subs r2, r2, #1
    blo sha256_end
    str r2, [sp, #S2_LEFT]
    add r12, sp, #S2_W
    load_block
    str r1, [sp, #S2_BLOCK]
    add r11, sp, #S2_W
    mov lr, r12
    add r12, r11, #36
1:  .rept 2
    ldmia r11!, {r0, r1}
    ldr r2, [r11]
    ldmia r12!, {r3, r4}
    ldmdb lr, {r5, r6}
    sha256_word r0, r1, r3, r5, r7
    sha256_word r1, r2, r4, r6, r7
    stmia lr!, {r0, r1}
    .endr
    sub r0, sp, lr
    cmn r0, #S2_W + 4 * 64
    bne 1b
    ldr r12, [sp, #S2_STATE]
    ldm r12, {r0-r7}
    eor r8, r1, r2
    add r10, sp, #S2_W
    ldr r11, [sp, #S2_K]
1:  ldr r12, [r10], #4
    sha256_step r0, r1, r2, r3, r4, r5, r6, r7, r12, r8
    ldr r8, [r10], #4
    sha256_step r7, r0, r1, r2, r3, r4, r5, r6, r8, r12
    ldr r12, [r10], #4
    sha256_step r6, r7, r0, r1, r2, r3, r4, r5, r12, r8
    ldr r8, [r10], #4
    sha256_step r5, r6, r7, r0, r1, r2, r3, r4, r8, r12
    ldr r12, [r10], #4
    sha256_step r4, r5, r6, r7, r0, r1, r2, r3, r12, r8
    ldr r8, [r10], #4
    sha256_step r3, r4, r5, r6, r7, r0, r1, r2, r8, r12
    ldr r12, [r10], #4
    sha256_step r2, r3, r4, r5, r6, r7, r0, r1, r12, r8
    ldr r8, [r10], #4
    sha256_step r1, r2, r3, r4, r5, r6, r7, r0, r8, r12
    add r9, sp, #S2_W + 4 * 64
    cmp r10, r9
    bne 1b
    ldr r12, [sp, #S2_STATE]
    ldm r12, {r8-r11}
    add r8, r8, r0
    add r9, r9, r1
    add r10, r10, r2
    add r11, r11, r3
    stmia r12!, {r8-r11}
    ldm r12, {r8-r11}
    add r8, r8, r4
    add r9, r9, r5
    add r10, r10, r6
    add r11, r11, r7
    stm r12, {r8-r11}
    ldr r1, [sp, #S2_BLOCK]
    ldr r2, [sp, #S2_LEFT]
    b sha256_block
sha256_end:
    add sp, sp, #S2_SIZE
    pop {r4-r11, pc}
    .size scepcore_sha256_arm, . - scepcore_sha256_arm
#endif

#if defined(__linux__) && defined(__ELF__)
    .section .note.GNU-stack, "", %progbits
#endif
