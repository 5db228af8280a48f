/*
 * classify.h: what an ARM instruction is, for counting and for the cycle estimate.
 * For: count.c.
 * Standard: ARM Architecture Reference Manual, ARMv5 (A32) and ARMv7-M (T32) encodings.
 */
#ifndef CLASSIFY_H
#define CLASSIFY_H

#include <stdint.h>

enum kind {
    KIND_ALU,
    KIND_ALU_SHIFT_REG,
    KIND_ALU_PC,
    KIND_MUL,      /* 32 x 32 -> 32 */
    KIND_MUL_HALF, /* 16-bit operands */
    KIND_MUL_LONG, /* 32 x 32 -> 64, umaal too */
    KIND_LDR,
    KIND_LDR_NARROW,
    KIND_LDR_PC,
    KIND_STR,
    KIND_LDM,
    KIND_STM,
    KIND_BRANCH
};

struct instruction {
    enum kind kind;
    uint32_t reads;   /* bit r: register r is an operand */
    uint32_t adds_to; /* of these, the ones only accumulated into */
    uint32_t late;    /* registers whose value comes late (loads, multiplies) */
    int registers;    /* LDM/STM: how many */
    int to_pc;        /* LDM: PC is among them */
    int conditional;
    int backward; /* branch target lies before the branch */
};

/* A32, one word. */
struct instruction classify_a32(uint32_t w);

/* T32, first and second half-word (second 0 for a 16-bit instruction). Only `kind` is exact. */
struct instruction classify_t32(uint32_t first, uint32_t second);

#endif
