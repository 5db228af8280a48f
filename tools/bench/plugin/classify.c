/*
 * classify.c: ARM instruction classes by their encodings.
 * For: count.c.
 * Standard: ARM Architecture Reference Manual, ARMv5 (A32) and ARMv7-M (T32) encodings.
 */
#include "classify.h"

#define BIT(r) (1u << ((r)&15u))

static struct instruction multiply_a32(uint32_t w) {
    struct instruction i = {.kind = KIND_MUL};
    uint32_t high = w >> 16 & 15, low = w >> 12 & 15;
    i.reads = BIT(w) | BIT(w >> 8);
    if ((w & 0x0f8000f0) == 0x00800090 || (w & 0x0ff000f0) == 0x00400090) {
        i.kind = KIND_MUL_LONG;
        i.late = BIT(high) | BIT(low);
        if ((w & 0x00200000) || (w & 0x00400000)) {
            i.adds_to = i.late;
        }
    } else {
        i.late = BIT(high);
        if (w & 0x00200000) {
            i.adds_to = BIT(low);
        }
    }
    i.reads |= i.adds_to;
    return i;
}

static struct instruction load_store_a32(uint32_t w, int narrow) {
    struct instruction i = {.kind = KIND_STR};
    uint32_t rd = w >> 12 & 15;
    i.reads = BIT(w >> 16);
    if (!narrow && (w & 0x02000000)) {
        i.reads |= BIT(w);
    }
    if (narrow && !(w & 0x00400000)) {
        i.reads |= BIT(w);
    }
    if (!(w & 0x00100000)) {
        i.reads |= BIT(rd);
    } else if (rd == 15) {
        i.kind = KIND_LDR_PC;
    } else {
        i.kind = narrow || (w & 0x00400000) ? KIND_LDR_NARROW : KIND_LDR;
        i.late = BIT(rd);
    }
    return i;
}

static struct instruction data_a32(uint32_t w) {
    struct instruction i = {.kind = KIND_ALU};
    uint32_t op = w >> 21 & 15;
    if (op != 13 && op != 15) {
        i.reads |= BIT(w >> 16);
    }
    if (!(w & 0x02000000)) {
        i.reads |= BIT(w);
        if ((w & 0x90) == 0x10) {
            i.reads |= BIT(w >> 8);
            i.kind = KIND_ALU_SHIFT_REG;
        }
    }
    if ((w >> 12 & 15) == 15 && (op < 8 || op > 11)) {
        i.kind = KIND_ALU_PC;
    }
    return i;
}

struct instruction classify_a32(uint32_t w) {
    struct instruction i = {.kind = KIND_ALU};
    uint32_t group = w >> 25 & 7;
    if (group == 0 && (w & 0xf0) == 0x90) {
        i = multiply_a32(w);
    } else if (group == 0 && (w & 0x90) == 0x90) {
        i = load_store_a32(w, 1);
    } else if ((w & 0x0f900090) == 0x01000080) {
        i = (struct instruction){.kind = KIND_MUL_HALF,
                                 .reads = BIT(w) | BIT(w >> 8) | BIT(w >> 12),
                                 .adds_to = BIT(w >> 12),
                                 .late = BIT(w >> 16)};
    } else if ((w & 0x0ffffff0) == 0x012fff10 || (w & 0x0ffffff0) == 0x012fff30) {
        i = (struct instruction){.kind = KIND_BRANCH, .reads = BIT(w)};
    } else if (group <= 1) {
        i = data_a32(w);
    } else if (group == 2 || (group == 3 && !(w & 0x10))) {
        i = load_store_a32(w, 0);
    } else if (group == 4) {
        i.kind = w & 0x00100000 ? KIND_LDM : KIND_STM;
        i.registers = __builtin_popcount(w & 0xffff);
        i.reads = BIT(w >> 16);
        if (i.kind == KIND_STM) {
            i.reads |= w & 0xffff;
        } else {
            i.to_pc = (w & 0x8000) != 0;
            /* Only the last one loaded is late. */
            i.late = w & 0x7fff ? 1u << (31 - __builtin_clz(w & 0x7fff)) : 0;
        }
    } else if (group == 5) {
        i.kind = KIND_BRANCH;
        i.backward = (w & 0x00800000) != 0;
    }
    i.conditional = w >> 28 < 14;
    return i;
}

static struct instruction classify_t32_wide(uint32_t first, uint32_t second) {
    struct instruction i = {.kind = KIND_ALU};
    uint32_t op = first >> 4;
    if (op == 0xfba || op == 0xfbe || op == 0xfb8 || op == 0xfbc) {
        i.kind = KIND_MUL_LONG;
    } else if (op == 0xfb0) {
        i.kind = KIND_MUL;
    } else if ((first & 0xfe40) == 0xe800) {
        i.kind = first & 0x10 ? KIND_LDM : KIND_STM;
        i.registers = __builtin_popcount(second);
    } else if ((first & 0xfe40) == 0xe840 || (first & 0xfe00) == 0xf800) {
        i.kind = first & 0x10 ? KIND_LDR : KIND_STR;
    } else if ((first & 0xf800) == 0xf000 && (second & 0x8000)) {
        i.kind = KIND_BRANCH;
    }
    return i;
}

struct instruction classify_t32(uint32_t first, uint32_t second) {
    struct instruction i = {.kind = KIND_ALU};
    if (first >= 0xe800) {
        return classify_t32_wide(first, second);
    }
    if ((first & 0xffc0) == 0x4340) {
        i.kind = KIND_MUL;
    } else if ((first & 0xf800) == 0x4800) {
        i.kind = KIND_LDR;
    } else if ((first & 0xf000) == 0x5000) {
        i.kind = (first & 0x0e00) >= 0x0600 ? KIND_LDR : KIND_STR;
    } else if (first >= 0x6000 && first < 0xa000) {
        i.kind = first & 0x0800 ? KIND_LDR : KIND_STR;
    } else if ((first & 0xf000) == 0xc000 || (first & 0xf600) == 0xb400) {
        i.kind = first & 0x0800 ? KIND_LDM : KIND_STM;
        i.registers = __builtin_popcount(first & 0xff);
    } else if (first >= 0xd000) {
        i.kind = KIND_BRANCH;
    }
    return i;
}
