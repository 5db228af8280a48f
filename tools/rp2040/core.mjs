// A quicker step for rp2040js's Cortex-M0+: the instructions that long arithmetic is made of, found
// by table and done on memory directly; every other one, every interrupt and every device is
// rp2040js's own. For chip.mjs. ARMv6-M ARM, chapter A6. test.mjs runs both in lockstep.

const [OTHER, LDR, LDRH, LDRB, LDR_SP, LDR_PC, LDR_REG, STR, STRH, STRB, STR_SP] = Array(11).keys();
const [ADD, ADD3, ADD8, SUB, SUB3, SUB8, CMP8, CMP, BCOND, B] = Array.from({ length: 10 }, (_, i) => i + 11);
const [LSL, LSR, MOV, MOV8, MUL, ADC, AND, UXTH, ADD_HIGH, LDM] = Array.from({ length: 10 }, (_, i) => i + 21);

// first opcode, number of opcodes, kind
const ENCODINGS = [
  [0x6800, 0x800, LDR], [0x8800, 0x800, LDRH], [0x7800, 0x800, LDRB], [0x9800, 0x800, LDR_SP],
  [0x4800, 0x800, LDR_PC], [0x5800, 0x200, LDR_REG], [0x6000, 0x800, STR], [0x8000, 0x800, STRH],
  [0x7000, 0x800, STRB], [0x9000, 0x800, STR_SP], [0x1800, 0x200, ADD], [0x1c00, 0x200, ADD3],
  [0x3000, 0x800, ADD8], [0x1a00, 0x200, SUB], [0x1e00, 0x200, SUB3], [0x3800, 0x800, SUB8],
  [0x2800, 0x800, CMP8], [0x4280, 0x40, CMP], [0xd000, 0xe00, BCOND], [0xe000, 0x800, B],
  [0x0000, 0x800, LSL], [0x0800, 0x800, LSR], [0x4600, 0x100, MOV], [0x2000, 0x800, MOV8],
  [0x4340, 0x40, MUL], [0x4140, 0x40, ADC], [0x4000, 0x40, AND], [0xb280, 0x40, UXTH],
  [0x4400, 0x100, ADD_HIGH], [0xc800, 0x800, LDM],
];
const KIND = new Uint8Array(65536);
for (const [first, count, kind] of ENCODINGS) KIND.fill(kind, first, first + count);
// What touches the program counter or the stack pointer by a high register is left to rp2040js.
for (const first of [0x4400, 0x4600])
  for (let op = first; op < first + 0x100; op++) {
    const to = ((op >> 4) & 8) | (op & 7);
    if (to === 13 || to === 15 || ((op >> 3) & 15) === 15) KIND[op] = OTHER;
  }

const FLASH = 1, SRAM = 2; // bits 31 to 28 of an address

/** Return step(limit): execute for at least `limit` cycles; returns [cycles, instructions]. */
export function stepper(chip) {
  const core = chip.core;
  const r = core.registers;
  const flash16 = new Uint16Array(chip.flash.buffer);
  const sram8 = chip.sram;
  const sram16 = new Uint16Array(sram8.buffer);
  const sram32 = new Uint32Array(sram8.buffer);
  const flash32 = new Uint32Array(chip.flash.buffer);
  const size = sram8.length;

  const plain = (at) => at >>> 28 === SRAM ? (at & 0xfffffff) < size : at >>> 28 === FLASH && at < 0x14000000;
  const read32 = (at) => at >>> 28 === SRAM ? sram32[(at & 0xfffffff) >> 2] : flash32[(at & 0xffffff) >> 2];
  const inRam = (at) => at >>> 28 === SRAM && (at & 0xfffffff) < size;

  function load(at, to) {
    if ((at & 3) !== 0 || !plain(at)) return false;
    r[to] = read32(at);
    return true;
  }

  function add(a, b) {
    const sum = a + b;
    const low = sum | 0;
    core.N = low < 0;
    core.Z = low === 0;
    core.C = sum > 0xffffffff;
    core.V = ((a ^ low) & (b ^ low)) < 0;
    return low;
  }

  function sub(a, b) {
    const low = (a - b) | 0;
    core.N = low < 0;
    core.Z = low === 0;
    core.C = a >= b;
    core.V = ((a ^ b) & (a ^ low)) < 0;
    return low;
  }

  /** Do one instruction if it is of ours; return its cycles, or 0. */
  function one(op, pc) {
    const low = op & 7, mid = (op >> 3) & 7, imm5 = (op >> 6) & 31;
    switch (KIND[op]) {
      case LDR:
        return load(r[mid] + (imm5 << 2), low) ? 2 : 0;
      case LDR_SP:
        return load(r[13] + ((op & 0xff) << 2), (op >> 8) & 7) ? 2 : 0;
      case LDR_PC:
        return load(((pc + 4) & ~3) + ((op & 0xff) << 2), (op >> 8) & 7) ? 2 : 0;
      case LDR_REG:
        return load((r[mid] + r[(op >> 6) & 7]) >>> 0, low) ? 2 : 0;
      case LDRH: {
        const at = r[mid] + (imm5 << 1);
        if (at & 1 || !plain(at)) return 0;
        r[low] = at >>> 28 === SRAM ? sram16[(at & 0xfffffff) >> 1] : flash16[(at & 0xffffff) >> 1];
        return 2;
      }
      case LDRB: {
        const at = r[mid] + imm5;
        if (!plain(at)) return 0;
        r[low] = at >>> 28 === SRAM ? sram8[at & 0xfffffff] : chip.flash[at & 0xffffff];
        return 2;
      }
      case LDM: {
        const base = (op >> 8) & 7;
        let at = r[base];
        let cycles = 1;
        if (at & 3 || !plain(at) || !plain(at + 28)) return 0;
        for (let i = 0; i < 8; i++)
          if (op & (1 << i)) {
            r[i] = read32(at);
            at += 4;
            cycles++;
          }
        if (!(op & (1 << base))) r[base] = at;
        return cycles;
      }
      case STR:
      case STR_SP: {
        const sp = KIND[op] === STR_SP;
        const at = sp ? r[13] + ((op & 0xff) << 2) : r[mid] + (imm5 << 2);
        if (at & 3 || !inRam(at)) return 0;
        sram32[(at & 0xfffffff) >> 2] = r[sp ? (op >> 8) & 7 : low];
        return 2;
      }
      case STRH: {
        const at = r[mid] + (imm5 << 1);
        if (at & 1 || !inRam(at)) return 0;
        sram16[(at & 0xfffffff) >> 1] = r[low];
        return 2;
      }
      case STRB: {
        const at = r[mid] + imm5;
        if (!inRam(at)) return 0;
        sram8[at & 0xfffffff] = r[low];
        return 2;
      }
      case ADD:
        r[low] = add(r[mid], r[(op >> 6) & 7]);
        return 1;
      case ADD3:
        r[low] = add(r[mid], (op >> 6) & 7);
        return 1;
      case ADD8:
        r[(op >> 8) & 7] = add(r[(op >> 8) & 7], op & 0xff);
        return 1;
      case SUB:
        r[low] = sub(r[mid], r[(op >> 6) & 7]);
        return 1;
      case SUB3:
        r[low] = sub(r[mid], (op >> 6) & 7);
        return 1;
      case SUB8:
        r[(op >> 8) & 7] = sub(r[(op >> 8) & 7], op & 0xff);
        return 1;
      case CMP8:
        sub(r[(op >> 8) & 7], op & 0xff);
        return 1;
      case CMP:
        sub(r[low], r[mid]);
        return 1;
      case ADC: {
        const carry = core.C ? 1 : 0;
        const a = r[low], b = r[mid], sum = a + b + carry;
        const result = sum | 0;
        core.N = result < 0;
        core.Z = result === 0;
        core.C = sum > 0xffffffff;
        core.V = ((a ^ result) & (b ^ result)) < 0;
        r[low] = result;
        return 1;
      }
      case AND: {
        const result = r[low] & r[mid];
        r[low] = result;
        core.N = result < 0;
        core.Z = result === 0;
        return 1;
      }
      case MUL: {
        const result = Math.imul(r[low], r[mid]);
        r[low] = result;
        core.N = result < 0;
        core.Z = result === 0;
        return 1;
      }
      case LSL: {
        const value = r[mid], result = value << imm5;
        r[low] = result;
        core.N = result < 0;
        core.Z = result === 0;
        if (imm5) core.C = ((value >>> (32 - imm5)) & 1) === 1;
        return 1;
      }
      case LSR: {
        const value = r[mid], result = imm5 ? value >>> imm5 : 0;
        r[low] = result;
        core.N = result < 0;
        core.Z = result === 0;
        core.C = ((value >>> (imm5 ? imm5 - 1 : 31)) & 1) === 1;
        return 1;
      }
      case MOV8:
        r[(op >> 8) & 7] = op & 0xff;
        core.N = false;
        core.Z = (op & 0xff) === 0;
        return 1;
      case MOV:
        r[((op >> 4) & 8) | low] = r[(op >> 3) & 15];
        return 1;
      case ADD_HIGH: {
        const to = ((op >> 4) & 8) | low;
        r[to] = r[to] + r[(op >> 3) & 15];
        return 1;
      }
      case UXTH:
        r[low] = r[mid] & 0xffff;
        return 1;
      case BCOND:
        if (!core.checkCondition((op >> 8) & 15)) return 1;
        r[15] += ((op << 24) >> 23) + 2;
        return 2;
      case B:
        r[15] += ((op << 21) >> 20) + 2;
        return 2;
    }
    return 0;
  }

  const done = [0, 0];
  return function step(limit) {
    let cycles = 0, instructions = 0;
    while (cycles < limit && !core.waiting) {
      const pc = r[15];
      let took = 0;
      if (!core.interruptsUpdated && plain(pc)) {
        const op = pc >>> 28 === SRAM ? sram16[(pc & 0xfffffff) >> 1] : flash16[(pc & 0xffffff) >> 1];
        if (KIND[op] !== OTHER) {
          r[15] = pc + 2;
          took = one(op, pc);
          if (took === 0) r[15] = pc;
          else core.cycles += took;
        }
      }
      cycles += took || core.executeInstruction();
      instructions++;
    }
    done[0] = cycles;
    done[1] = instructions;
    return done;
  };
}
