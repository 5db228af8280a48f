// Boot an image on two chips, one with core.mjs's quick steps, one with rp2040js alone, and compare
// registers, flags and cycles after each instruction: node lockstep.mjs UF2 BOOTROM [COUNT]

import fs from "node:fs";

import { Board } from "./chip.mjs";
import { SIZE } from "./flash.mjs";
import { install } from "./uf2.mjs";

const [uf2, rom, count = "12000000"] = process.argv.slice(2);
const memory = Buffer.alloc(SIZE, 0xff);
install(fs.readFileSync(uf2), memory);
const words = fs.readFileSync(rom);
const bootrom = new Uint32Array(words.buffer, words.byteOffset, words.length / 4);

function board() {
  let bit = 1;
  const random = () => ((bit = (bit * 16807) % 2147483647) & 8 ? 0.9 : 0.1);
  const quiet = () => {};
  return new Board(bootrom, memory, { random, send: quiet, received: quiet, restarted: quiet, saved: quiet });
}

const state = ({ registers, N, Z, C, V }) => [...registers, N, Z, C, V].join(" ");
const quick = board();
const plain = board();
for (let i = 0; i < Number(count); i++) {
  if (quick.chip.core.waiting) {
    const nanos = quick.clock.nanosToNextAlarm;
    quick.clock.tick(nanos);
    plain.clock.tick(nanos);
    continue;
  }
  const at = quick.chip.core.PC;
  const [cycles] = quick.step(1);
  const expected = plain.chip.core.executeInstruction();
  const same = cycles === expected && quick.chip.core.registers.every((r, n) => r === plain.chip.core.registers[n]);
  if (!same || (i % 16 === 0 && state(quick.chip.core) !== state(plain.chip.core))) {
    console.log(`instruction ${i} at ${at.toString(16)}: ${cycles} ${expected}`);
    console.log(state(quick.chip.core), "\n", state(plain.chip.core));
    process.exit(1);
  }
  quick.clock.tick(cycles * 8);
  plain.clock.tick(cycles * 8);
}
process.exit(0);
