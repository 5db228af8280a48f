// An RP2040 with its flash, a W5500 and a USB host, made of rp2040js and what that has not.
// For run.mjs. The image is run as it is: nothing of it is patched or left out.

import { BasePeripheral, GPIOPinState, RP2040, USBCDC } from "rp2040js";

import { stepper } from "./core.mjs";
import { Flash, QspiPins, SIZE, Ssi } from "./flash.mjs";
import { W5500 } from "./w5500.mjs";

const FREQUENCY = 125e6;
const NANOS = 1e9 / FREQUENCY;
const PIN = { select: 17, reset: 20, interrupt: 21 };
const BURST = 20000; // instructions between two looks at the outside
const SLICE = 60; // cycles, half a microsecond: alarms are at most so late
const TURN_MS = 2; // the outside waits no longer for its turn
const IDLE_MS = 50; // the most that an idle chip's time moves at once

/** The ring oscillator: random bits from `random` (null: a dead source, always the same). */
class Rosc extends BasePeripheral {
  constructor(rp2040, random) {
    super(rp2040, "ROSC");
    this.random = random;
    this.registers = new Map();
  }

  readUint32(offset) {
    if (offset === 0x1c) return this.random && this.random() < 0.5 ? 0 : 1; // RANDOMBIT
    if (offset === 0x18) return 0x80001000; // STATUS: stable, enabled
    return this.registers.get(offset) ?? 0;
  }

  writeUint32(offset, value) {
    this.registers.set(offset, value);
  }
}

/** VREG and reset reasons: power-on. */
class Quiet extends BasePeripheral {
  readUint32() {
    return 0;
  }
  writeUint32() {}
}

/**
 * The board. bootrom: Uint32Array; memory: Uint8Array, the flash; options: those of Flash, and
 * random, send(frame), received(bytes of the USB line), restarted().
 */
export class Board {
  constructor(bootrom, memory, options) {
    const chip = (this.chip = new RP2040());
    this.clock = chip.clock;
    chip.logger = { debug() {}, info() {}, warn() {}, error() {} };
    chip.loadBootrom(bootrom);
    chip.flash.set(memory);
    this.flash = new Flash(chip.flash.subarray(0, SIZE), options);
    chip.peripherals[0x18000] = new Ssi(chip, this.flash);
    chip.peripherals[0x40018] = new QspiPins(chip, this.flash);
    chip.peripherals[0x40060] = new Rosc(chip, options.random);
    chip.peripherals[0x40064] = new Quiet(chip, "VREG");
    chip.peripherals[0x40058].onWatchdogTrigger = options.restarted;
    this.wireEthernet(options.send);
    this.wireUsb(options.received);
    chip.core.PC = 0x10000000;
    this.instructions = 0;
    this.step = stepper(chip);
    this.watchdog = chip.peripherals[0x40058];
  }

  wireEthernet(send) {
    const { chip, clock } = this;
    const interrupt = (low) => chip.gpio[PIN.interrupt].setInputValue(!low);
    this.w5500 = new W5500(clock, { send, interrupt });
    chip.gpio[PIN.interrupt].rawInputValue = true;
    chip.gpio[PIN.select].addListener((state) => this.w5500.select(state === GPIOPinState.Low));
    chip.gpio[PIN.reset].addListener((state) => {
      if (state === GPIOPinState.Low) this.w5500.reset();
    });
    const bus = chip.spi[0];
    let answer = 0;
    const done = clock.createAlarm(() => bus.completeTransmit(answer));
    bus.onTransmit = (byte) => {
      answer = this.w5500.transfer(byte);
      done.schedule(8e9 / bus.clockFrequency);
    };
  }

  wireUsb(received) {
    this.usb = new USBCDC(this.chip.usbCtrl);
    this.usb.onSerialData = received;
    this.pending = [];
  }

  /** Bytes for the USB line. */
  type(bytes) {
    this.pending.push(...bytes);
  }

  /**
   * Run until `stopped()`; between bursts the outside gets its turn. While the chip works its time
   * passes as fast as it can be emulated; while it waits, as fast as ours.
   */
  async run(stopped) {
    const { clock, chip } = this;
    let wall = performance.now();
    let turned = wall;
    while (!stopped()) {
      this.feed();
      for (let left = BURST; left > 0 && !chip.core.waiting; ) {
        const [cycles, count] = this.step(SLICE);
        left -= count;
        this.instructions += count;
        clock.tick(cycles * NANOS);
      }
      if (chip.core.waiting) await this.wait(wall);
      // A wait that ends at once is over before the outside (input, frames, signals) has its turn.
      if (performance.now() - turned > TURN_MS || !chip.core.waiting) {
        await new Promise(setImmediate);
        turned = performance.now();
      }
      wall = performance.now();
    }
  }

  async wait(wall) {
    const passed = () => Math.min(performance.now() - wall, IDLE_MS) * 1e6;
    let used = 0;
    while (this.chip.core.waiting) {
      const next = this.clock.nanosToNextAlarm;
      const budget = passed() - used;
      const move = Math.min(next || budget, budget);
      if (move > 0) {
        this.clock.tick(move);
        used += move;
      }
      if (this.chip.core.waiting && passed() - used <= 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return;
      }
    }
  }

  feed() {
    while (this.pending.length && this.usb.initialized && this.usb.txFIFO.itemCount < 256)
      this.usb.sendSerialByte(this.pending.shift());
  }
}
