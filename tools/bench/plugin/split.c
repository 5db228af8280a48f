/*
 * split.c: a QEMU TCG plugin that counts executed instructions by parts of the image.
 * For: tools/bench/split.py.
 * Standard: QEMU 7.2 plugin interface, version 1; arguments below.
 *
 *   -plugin file=split.so,parts=FILE,out=FILE,begin=ADDR,end=ADDR
 *
 * parts: lines "FIRST LAST PART" in hex, hex and decimal: addresses FIRST to LAST - 1 belong to a
 * part below 16. What is in none is part 0. From the function at `begin` to the one at `end`
 * nothing counts. out: one number a part.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu_plugin.h"

__attribute__((visibility("default"))) int qemu_plugin_version = 1;

#define PARTS 16
#define RANGES 8192
static struct {
    uint64_t first, last;
    unsigned part;
} ranges[RANGES];
static size_t count;
static uint64_t executed[PARTS], before[PARTS], left_out[PARTS];
static uint64_t begin_at, end_at;
static int inside;
static FILE *out;

static unsigned part_of(uint64_t pc) {
    for (size_t i = 0; i < count; i++) {
        if (pc >= ranges[i].first && pc < ranges[i].last) {
            return ranges[i].part;
        }
    }
    return 0;
}

static void on_begin(unsigned vcpu, void *data) {
    (void)vcpu;
    (void)data;
    if (!inside) {
        memcpy(before, executed, sizeof before);
        inside = 1;
    }
}

static void on_end(unsigned vcpu, void *data) {
    (void)vcpu;
    (void)data;
    for (size_t i = 0; inside && i < PARTS; i++) {
        left_out[i] += executed[i] - before[i];
    }
    inside = 0;
}

static void on_translate(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    (void)id;
    for (size_t k = 0; k < qemu_plugin_tb_n_insns(tb); k++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, k);
        uint64_t pc = qemu_plugin_insn_vaddr(insn);
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                   &executed[part_of(pc)], 1);
        if (pc == begin_at || pc == end_at) {
            qemu_plugin_register_vcpu_insn_exec_cb(insn, pc == begin_at ? on_begin : on_end,
                                                   QEMU_PLUGIN_CB_NO_REGS, NULL);
        }
    }
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data) {
    (void)id;
    (void)data;
    for (size_t i = 0; i < PARTS; i++) {
        fprintf(out, "%" PRIu64 "\n", executed[i] - left_out[i]);
    }
    fclose(out);
}

static int read_parts(const char *path) {
    FILE *f = fopen(path, "r");
    if (f == NULL) {
        return 0;
    }
    while (count < RANGES && fscanf(f, "%" SCNx64 " %" SCNx64 " %u", &ranges[count].first,
                                    &ranges[count].last, &ranges[count].part) == 3) {
        if (ranges[count].part < PARTS) {
            count++;
        }
    }
    fclose(f);
    return 1;
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const void *info, int argc, char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        const char *value = strchr(argv[i], '=');
        value = value ? value + 1 : "";
        if (strncmp(argv[i], "parts=", 6) == 0 && !read_parts(value)) {
            fprintf(stderr, "split: cannot read %s\n", value);
            return 1;
        }
        if (strncmp(argv[i], "out=", 4) == 0) {
            out = fopen(value, "w");
        } else if (strncmp(argv[i], "begin=", 6) == 0) {
            begin_at = strtoull(value, NULL, 0) & ~1ull;
        } else if (strncmp(argv[i], "end=", 4) == 0) {
            end_at = strtoull(value, NULL, 0) & ~1ull;
        }
    }
    if (out == NULL || count == 0) {
        fprintf(stderr, "split: parts= and out= are needed\n");
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translate);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
