// The RP2040's flash chip behind its SSI block, with the rules of a real one: a W25Q16.
// For chip.mjs. RP2040 data sheet 4.10 (SSI); W25Q16JV data sheet, section 8 (commands).
//
// The boot ROM's flash functions drive chip select by an override of the QSPI pin and move bytes
// through the data register; boot stage 2 leaves chip select to the block, and is answered zeros.

import { BasePeripheral } from "rp2040js";

export const SIZE = 2 * 1024 * 1024;
const PAGE = 256;
const SECTOR = 4096;
const BLOCK = 65536;
const CODE = { enable: 0x06, status1: 0x05, status2: 0x35, writeStatus: 0x01, id: 0x9f, unique: 0x4b };
const ERASE = { 0x20: SECTOR, 0xd8: BLOCK };
const PROGRAM = 0x02;
const READ = 0x03;
const JEDEC = [0xef, 0x40, 0x15];
const UNIQUE = [0xe6, 0x60, 0x58, 0x38, 0x83, 0x2a, 0x1b, 0x2c];

// Registers of the SSI.
const TXFLR = 0x20, RXFLR = 0x24, SR = 0x28, DR0 = 0x60, DR35 = 0xec;
const SR_READY = 0x02 | 0x04; // transmit FIFO not full, empty; never busy
const SR_RECEIVED = 0x08;
// IO_QSPI: control of the chip select pin, and its output override.
const SS_CTRL = 0x0c;
const OVERRIDE = 8, LOW = 2, HIGH = 3;

/** A violation of what a real chip allows: the run is worth nothing. */
export class FlashError extends Error {}

/**
 * The chip. memory: Uint8Array of SIZE; saved(at, size) is called when so many bytes from `at` on
 * have changed; steps are counted from 1: one program or one erase. At step `cut` half of it
 * happens, then powerOff(step) is called, and must not return.
 */
export class Flash {
  constructor(memory, { saved, cut, powerOff }) {
    Object.assign(this, { memory, saved, cut, powerOff, steps: 0, enabled: false, input: null });
    this.programmed = new Uint8Array(SIZE / PAGE); // programs since the last erase
  }

  /** Chip select low: what follows is a command. */
  select() {
    this.input = [];
  }

  /** Chip select high: a program or an erase begins. */
  deselect() {
    const input = this.input;
    this.input = null;
    if (!input || input.length === 0) return;
    const code = input[0];
    if (code === CODE.enable) this.enabled = true;
    else if (code === PROGRAM) this.program(this.address(input), input.slice(4));
    else if (code in ERASE) this.erase(this.address(input), ERASE[code]);
  }

  /** One byte in, one out. */
  transfer(byte) {
    if (this.input === null) return 0;
    const at = this.input.length;
    this.input.push(byte);
    switch (this.input[0]) {
      case CODE.status1:
        return this.enabled ? 2 : 0; // never busy: nothing here takes time
      case CODE.status2:
        return 2; // quad mode is on
      case CODE.id:
        return at === 0 ? 0 : (JEDEC[at - 1] ?? 0);
      case CODE.unique:
        return at < 5 ? 0 : (UNIQUE[at - 5] ?? 0);
      case READ:
        return at < 4 ? 0 : this.memory[(this.address(this.input) + at - 4) % SIZE];
    }
    return 0;
  }

  address(input) {
    return ((input[1] << 16) | (input[2] << 8) | input[3]) % SIZE;
  }

  /** A page program wraps within its page and only clears bits; one a page between two erases. */
  program(at, data) {
    this.begin("program", at);
    const page = at - (at % PAGE);
    if (data.length > PAGE) throw new FlashError(`${data.length} bytes programmed into one page`);
    if (this.programmed[page / PAGE]++) throw new FlashError(`page ${page} programmed twice`);
    const whole = this.step();
    const count = whole ? data.length : data.length >> 1;
    for (let i = 0; i < count; i++) {
      const to = page + ((at + i) % PAGE);
      if (data[i] & ~this.memory[to]) throw new FlashError(`bit set at ${to} without an erase`);
      this.memory[to] &= data[i];
    }
    this.end(page, PAGE, whole);
  }

  erase(at, size) {
    const start = at - (at % size);
    this.begin("erase", start);
    const whole = this.step();
    this.memory.fill(0xff, start, start + (whole ? size : size >> 1));
    this.programmed.fill(0, start / PAGE, (start + size) / PAGE);
    this.end(start, size, whole);
  }

  begin(what, at) {
    if (!this.enabled) throw new FlashError(`${what} at ${at} without write enable`);
    this.enabled = false;
  }

  step() {
    return ++this.steps !== this.cut;
  }

  end(at, size, whole) {
    this.saved(at, size);
    if (!whole) this.powerOff(this.steps);
  }
}

/** The SSI as far as flash commands need it. */
export class Ssi extends BasePeripheral {
  constructor(rp2040, flash) {
    super(rp2040, "SSI");
    this.flash = flash;
    this.received = [];
    this.registers = new Map();
  }

  readUint32(offset) {
    if (offset >= DR0 && offset <= DR35) return this.received.shift() ?? 0;
    if (offset === RXFLR) return this.received.length;
    if (offset === TXFLR) return 0;
    if (offset === SR) return SR_READY | (this.received.length ? SR_RECEIVED : 0);
    return this.registers.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    if (offset >= DR0 && offset <= DR35) this.received.push(this.flash.transfer(value & 0xff));
    else {
      if (offset === 0x08) this.received = []; // enabling and disabling clears the FIFOs
      this.registers.set(offset, value);
    }
  }
}

/** IO_QSPI: chip select by override. */
export class QspiPins extends BasePeripheral {
  constructor(rp2040, flash) {
    super(rp2040, "IO_QSPI");
    this.flash = flash;
    this.registers = new Map();
  }

  readUint32(offset) {
    return this.registers.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    const before = (this.readUint32(offset) >> OVERRIDE) & 3;
    this.registers.set(offset, value);
    if (offset !== SS_CTRL) return;
    const now = (value >> OVERRIDE) & 3;
    if (now === before) return;
    if (now === LOW) this.flash.select();
    else if (now === HIGH || before === LOW) this.flash.deselect();
  }
}
