// Run an rp2040 image: node tools/rp2040/run.mjs --uf2 F --flash F --bootrom F [options]
// Its USB serial line is this process's standard input and output. For tools/setctl.
//
//   --seed N          the ring oscillator's bits and the cable's losses repeat; else they do not
//   --no-noise        the ring oscillator is dead
//   --power-cut N     at flash step N (a page programmed, a sector erased) half of it, then off
//   --nic udp=127.0.0.1:P,localaddr=127.0.0.1:Q   a network of the caller's (QEMU's words)
//   --loss PERCENT    of the frames, each way
//   --flap AT,FOR     the link goes at AT ms of the chip's time, for FOR ms
//   --flood N         N frames of 1,514 bytes to the group address, as fast as the wire takes them
//   --figures FILE    what it took: instructions, flash steps, frames; written when it ends
//
// FILE of --flash is the whole chip; the image is written into it where it differs. Exits 3 after a
// power cut, 1 where the firmware did what a real chip does not allow.

import fs from "node:fs";
import { parseArgs } from "node:util";
import { randomBytes } from "node:crypto";

import { plug } from "./cable.mjs";
import { Board } from "./chip.mjs";
import { SIZE } from "./flash.mjs";
import { install } from "./uf2.mjs";

const FRAME_NANOS = 1538 * 80; // preamble, check sum and gap at 100 Mbit/s
const SPLIT = (address) => Number(address.split(":")[1]);

const { values: options } = parseArgs({
  options: {
    uf2: { type: "string" }, flash: { type: "string" }, bootrom: { type: "string" },
    seed: { type: "string" }, "no-noise": { type: "boolean" }, "power-cut": { type: "string" },
    nic: { type: "string" }, loss: { type: "string", default: "0" }, flap: { type: "string" },
    figures: { type: "string" }, flood: { type: "string" },
  },
});

/** xorshift128 (Marsaglia 2003) from 16 bytes: numbers in 0..1. */
function generator(bytes) {
  const s = Array.from({ length: 4 }, (_, i) => bytes.readUInt32LE(4 * i) | 1);
  return () => {
    let t = s[3];
    t ^= t << 11;
    t ^= t >>> 8;
    s.unshift(t ^ s[0] ^ (s[0] >>> 19));
    s.pop();
    return (s[0] >>> 0) / 2 ** 32;
  };
}

function seedOf(purpose) {
  if (options.seed === undefined) return generator(randomBytes(16));
  const bytes = Buffer.alloc(16);
  bytes.writeBigUInt64LE(BigInt(options.seed));
  bytes.write(purpose, 8);
  const random = generator(bytes);
  for (let i = 0; i < 64; i++) random();
  return random;
}

const file = fs.openSync(options.flash, "r+");
const memory = Buffer.alloc(SIZE);
if (fs.readSync(file, memory, 0, SIZE, 0) !== SIZE) throw new Error("the flash file is too short");
const before = Buffer.from(memory);
install(fs.readFileSync(options.uf2), memory);
if (!before.equals(memory)) fs.writeSync(file, memory, 0, SIZE, 0);
const rom = fs.readFileSync(options.bootrom);
const bootrom = new Uint32Array(rom.buffer, rom.byteOffset, rom.length / 4);

const peer = options.nic && {
  port: SPLIT(/udp=([^,]+)/.exec(options.nic)[1]),
  localport: SPLIT(/localaddr=([^,]+)/.exec(options.nic)[1]),
};
const cable = await plug({ peer, loss: options.loss / 100, random: seedOf("cable") });

let ended = null;
let board = null;
let scratch = null;
const noise = options["no-noise"] ? null : seedOf("rosc");

function end(status, word) {
  if (word) fs.writeSync(1, `\n!${word}\n`);
  if (options.figures) fs.writeFileSync(options.figures, JSON.stringify(figures()) + "\n");
  cable.close();
  process.exit(status);
}

function figures() {
  return {
    instructions: board.instructions,
    virtual_ms: Math.round(board.clock.micros / 1000),
    flash_steps: board.flash.steps,
    frames: board.w5500.counters,
  };
}

/** Frames back to back, from the chip's third second on: they come faster than any set reads. */
function flood(count) {
  const frame = Buffer.alloc(1514, 0xff);
  const alarm = board.clock.createAlarm(() => {
    board.w5500.receive(frame);
    if (--count > 0) alarm.schedule(FRAME_NANOS);
  });
  alarm.schedule(3e9);
}

function powerOn() {
  board = new Board(bootrom, memory, {
    random: noise,
    send: (frame) => cable.send(frame),
    received: (bytes) => fs.writeSync(1, bytes),
    restarted: () => (ended = "reset"),
    cut: options["power-cut"] && Number(options["power-cut"]),
    saved: (at, size) => fs.writeSync(file, board.flash.memory, at, size, at),
    powerOff: (step) => end(3, `power-cut ${step}`),
  });
  cable.onFrame = (frame) => board.w5500.receive(frame);
  if (options.flood) flood(Number(options.flood));
  if (options.flap) {
    const [at, length] = options.flap.split(",").map(Number);
    board.clock.createAlarm(() => board.w5500.link(false)).schedule(at * 1e6);
    board.clock.createAlarm(() => board.w5500.link(true)).schedule((at + length) * 1e6);
  }
}

process.stdin.on("data", (bytes) => board.type(bytes));
process.stdin.on("end", () => end(0));
process.on("SIGTERM", () => end(0));
process.on("uncaughtException", (error) => {
  fs.writeSync(2, `${error.stack}\n`);
  end(1, `crash ${error.message}\n!crash end`);
});

powerOn();
await board.run(() => ended !== null);
end(0, ended);
