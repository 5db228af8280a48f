/*
 * count.c: a QEMU TCG plugin that counts executed instructions between two marker functions.
 * For: make bench and the constant-time evidence of the ARM kernels.
 * Standard: QEMU 7.2 plugin interface, version 1; arguments below.
 *
 *   -plugin file=count.so,begin=ADDR,end=ADDR,out=FILE[,timing=FILE][,trace=on][,thumb=on]
 *
 * begin, end: addresses of two functions of the guest (Thumb bit cleared or not); up to four such
 * pairs. Each passage from a begin to its end, or to QEMU's, appends one line to FILE, the pair's
 * number last:
 *   instructions long_multiplies multiplies loads stores cycles pc_hash address_hash pair
 * loads and stores count instructions, not words. cycles: by the timing table, 0 without one.
 * thumb=on: the guest is a Cortex-M. The hashes are 0 without trace=on. The count includes the end
 * function's first instruction.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "classify.h"
#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

static struct counts {
    uint64_t instructions, mul_long, mul, loads, stores, cycles, pc_hash, address_hash;
} now;
/* Pairs of marks; one may lie within another. */
#define PAIRS_MAX 4
static struct pair {
    uint64_t begin_at, end_at;
    struct counts start;
    int inside;
} pairs[PAIRS_MAX];
static size_t begins, ends;
static int tracing, thumb;
static FILE *out;

/* Rows of the timing table, by name. */
/* clang-format off */
#define TIMES(X) \
    X(alu) X(alu_shift_by_register) X(alu_to_pc) X(mul) X(mul_half) X(mul_long) X(ldr) \
    X(ldr_pc) X(str) X(ldm_per_register) X(ldm_pc_extra) X(stm_per_register) X(branch_taken) \
    X(branch_not_taken) X(use_after_load) X(use_after_load_narrow) X(use_after_mul)
/* clang-format on */
#define FIELD(name) int name;
static struct { TIMES(FIELD) } timing;
static const struct {
    const char *name;
    int *value;
} timing_rows[] = {
#define ROW(name) {#name, &timing.name},
    TIMES(ROW)};

static int read_timing(const char *path) {
    char line[256], name[64];
    int value;
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }
    while (fgets(line, sizeof line, f) != NULL) {
        if (line[0] == '#' || sscanf(line, "%63s %d", name, &value) != 2) {
            continue;
        }
        for (size_t i = 0; i < sizeof timing_rows / sizeof *timing_rows; i++) {
            if (strcmp(name, timing_rows[i].name) == 0) {
                *timing_rows[i].value = value;
            }
        }
    }
    fclose(f);
    return 1;
}

static int own_cycles(const struct instruction *i) {
    switch (i->kind) {
    case KIND_ALU_SHIFT_REG:
        return timing.alu_shift_by_register;
    case KIND_ALU_PC:
        return timing.alu_to_pc;
    case KIND_MUL:
        return timing.mul;
    case KIND_MUL_HALF:
        return timing.mul_half;
    case KIND_MUL_LONG:
        return timing.mul_long;
    case KIND_LDR:
    case KIND_LDR_NARROW:
        return timing.ldr;
    case KIND_LDR_PC:
        return timing.ldr_pc;
    case KIND_STR:
        return timing.str;
    case KIND_LDM:
        return timing.ldm_per_register * i->registers + (i->to_pc ? timing.ldm_pc_extra : 0);
    case KIND_STM:
        return timing.stm_per_register * i->registers;
    case KIND_BRANCH:
        return i->conditional && !i->backward ? timing.branch_not_taken : timing.branch_taken;
    default:
        return timing.alu;
    }
}

/* Cycles that `next` waits for the result of `i`. */
static int interlock(const struct instruction *i, const struct instruction *next) {
    uint32_t used = i->late & next->reads;
    switch (i->kind) {
    case KIND_LDR:
    case KIND_LDM:
        return used ? timing.use_after_load : 0;
    case KIND_LDR_NARROW:
        return used ? timing.use_after_load_narrow : 0;
    case KIND_MUL:
    case KIND_MUL_HALF:
    case KIND_MUL_LONG:
        return used & ~next->adds_to ? timing.use_after_mul : 0;
    default:
        return 0;
    }
}

static uint64_t mix(uint64_t hash, uint64_t value) {
    return (hash ^ value) * 0x100000001b3u;
}

static void on_begin(unsigned vcpu, void *data) {
    struct pair *p = data;
    (void)vcpu;
    now.pc_hash = now.address_hash = 0xcbf29ce484222325u;
    p->start = now;
    p->inside = 1;
}

static void report(struct pair *p) {
    const struct counts *start = &p->start;
    if (!p->inside) {
        return;
    }
    p->inside = 0;
    fprintf(out, "%" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64,
            now.instructions - start->instructions, now.mul_long - start->mul_long,
            now.mul - start->mul, now.loads - start->loads, now.stores - start->stores,
            now.cycles - start->cycles);
    fprintf(out, " %016" PRIx64 " %016" PRIx64 " %d\n", tracing ? now.pc_hash : 0,
            tracing ? now.address_hash : 0, (int)(p - pairs));
    fflush(out);
}

static void on_end(unsigned vcpu, void *data) {
    (void)vcpu;
    report(data);
}

/* A machine that is switched off ends what it was in. */
static void on_exit_of_qemu(qemu_plugin_id_t id, void *data) {
    (void)id;
    (void)data;
    for (struct pair *p = pairs; p < pairs + ends; p++) {
        report(p);
    }
}

static void on_instruction(unsigned vcpu, void *pc) {
    (void)vcpu;
    now.pc_hash = mix(now.pc_hash, (uintptr_t)pc);
}

static void on_access(unsigned vcpu, qemu_plugin_meminfo_t info, uint64_t vaddr, void *data) {
    (void)vcpu;
    (void)info;
    (void)data;
    now.address_hash = mix(now.address_hash, vaddr);
}

static struct instruction decode(struct qemu_plugin_insn *insn) {
    const uint8_t *b = qemu_plugin_insn_data(insn);
    uint32_t half[2] = {b[0] | (uint32_t)b[1] << 8, 0};
    if (qemu_plugin_insn_size(insn) == 2) {
        return classify_t32(half[0], 0);
    }
    half[1] = b[2] | (uint32_t)b[3] << 8;
    return thumb ? classify_t32(half[0], half[1]) : classify_a32(half[0] | half[1] << 16);
}

static void add(struct qemu_plugin_insn *insn, uint64_t *counter, uint64_t n) {
    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter, n);
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    size_t n = qemu_plugin_tb_n_insns(tb);
    (void)id;
    for (size_t k = 0; k < n; k++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
        uint64_t pc = qemu_plugin_insn_vaddr(insn);
        struct instruction i = decode(insn);
        int cycles = own_cycles(&i);
        if (k + 1 < n) {
            struct instruction next = decode(qemu_plugin_tb_get_insn(tb, k + 1));
            cycles += interlock(&i, &next);
        }
        add(insn, &now.instructions, 1);
        add(insn, &now.cycles, (uint64_t)cycles);
        if (i.kind == KIND_MUL_LONG) {
            add(insn, &now.mul_long, 1);
        } else if (i.kind == KIND_MUL || i.kind == KIND_MUL_HALF) {
            add(insn, &now.mul, 1);
        } else if (i.kind == KIND_LDR || i.kind == KIND_LDR_NARROW || i.kind == KIND_LDM) {
            add(insn, &now.loads, 1);
        } else if (i.kind == KIND_STR || i.kind == KIND_STM) {
            add(insn, &now.stores, 1);
        }
        if (tracing) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, on_instruction, QEMU_PLUGIN_CB_NO_REGS,
                                                   (void *)(uintptr_t)pc);
            qemu_plugin_register_vcpu_mem_cb(insn, on_access, QEMU_PLUGIN_CB_NO_REGS,
                                             QEMU_PLUGIN_MEM_RW, NULL);
        }
        for (struct pair *p = pairs; p < pairs + ends; p++) {
            if (pc == p->begin_at) {
                qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin, QEMU_PLUGIN_CB_NO_REGS, p);
            } else if (pc == p->end_at) {
                qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end, QEMU_PLUGIN_CB_NO_REGS, p);
            }
        }
    }
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        value = value ? value + 1 : "";
        if (strncmp(argv[i], "begin=", 6) == 0 && begins < PAIRS_MAX) {
            pairs[begins++].begin_at = strtoull(value, NULL, 0) & ~1ull;
        } else if (strncmp(argv[i], "end=", 4) == 0 && ends < begins) {
            pairs[ends++].end_at = strtoull(value, NULL, 0) & ~1ull;
        } else if (strncmp(argv[i], "out=", 4) == 0) {
            out = fopen(value, "w");
        } else if (strncmp(argv[i], "timing=", 7) == 0) {
            if (!read_timing(value)) {
                fprintf(stderr, "count: cannot read %s\n", value);
                return 1;
            }
        } else if (strncmp(argv[i], "trace=", 6) == 0) {
            tracing = strcmp(value, "on") == 0;
        } else if (strncmp(argv[i], "thumb=", 6) == 0) {
            thumb = strcmp(value, "on") == 0;
        } else {
            fprintf(stderr, "count: unknown argument %s\n", argv[i]);
            return 1;
        }
    }
    if (out == NULL || ends == 0 || begins != ends) {
        fprintf(stderr, "count: begin=, end= and out= are needed\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
