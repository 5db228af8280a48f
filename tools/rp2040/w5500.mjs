// WIZnet W5500, register by register, on the RP2040's SPI0: socket 0 in MACRAW mode.
// For chip.mjs. Written from the W5500 data sheet 1.0.9 (section 2.2 SPI frame, 4 registers), not
// from the driver. What the chip does beside that mode (its TCP/IP) is not there.

const COMMON = { MR: 0x00, SHAR: 0x09, SIR: 0x17, SIMR: 0x18, PHYCFGR: 0x2e, VERSIONR: 0x39 };
const SOCKET = {
  MR: 0x00, CR: 0x01, IR: 0x02, SR: 0x03, RXBUF: 0x1e, TXBUF: 0x1f,
  TX_FSR: 0x20, TX_RD: 0x22, TX_WR: 0x24, RX_RSR: 0x26, RX_RD: 0x28, RX_WR: 0x2a, IMR: 0x2c,
};
const RESET = 0x80;
const VERSION = 4;
const MODE = { protocol: 0x0f, MACRAW: 4, filter: 0x80 };
const COMMAND = { OPEN: 0x01, CLOSE: 0x10, SEND: 0x20, RECV: 0x40 };
const INTERRUPT = { RECV: 0x04, SEND_OK: 0x10 };
const STATE = { CLOSED: 0, MACRAW: 0x42 };
const PHY = 0xbe; // 100 Mbit/s, full duplex, out of reset; bit 0 is the link
const SHORTEST = 60;
const KIB = 1024;
const MEMORY = 16 * KIB;
const NANOS_A_BYTE = 80; // 100 Mbit/s

/**
 * The chip. clock: rp2040js's; send(frame): a frame leaves; interrupt(low): INTn moves.
 * Invariant: for socket 0, rxRead is where the chip reads from (moved by RECV), rxWrite where it
 * writes; both count modulo 2^16 and are masked by the buffer's size on access.
 */
export class W5500 {
  constructor(clock, { send, interrupt }) {
    Object.assign(this, { clock, send, interrupt });
    this.linked = true;
    this.counters = { sent: 0, received: 0, overflow: 0, unlinked: 0, filtered: 0, link_losses: 0 };
    this.low = false;
    this.reset();
  }

  reset() {
    this.common = new Uint8Array(0x40);
    this.common[COMMON.VERSIONR] = VERSION;
    this.sockets = Array.from({ length: 8 }, () => {
      const registers = new Uint8Array(0x30);
      registers[SOCKET.RXBUF] = registers[SOCKET.TXBUF] = 2;
      return registers;
    });
    this.tx = new Uint8Array(MEMORY);
    this.rx = new Uint8Array(MEMORY);
    this.rxRead = this.rxWrite = 0;
    this.selected = false;
    this.update();
  }

  /** Link down and up again: frames neither come nor go meanwhile. */
  link(up) {
    if (this.linked && !up) this.counters.link_losses++;
    this.linked = up;
  }

  // -- the SPI frame: address (2 bytes), control, data of free length

  select(low) {
    this.selected = low;
    this.position = 0;
  }

  /** One byte in, one out, while selected. */
  transfer(byte) {
    if (!this.selected) return 0xff;
    switch (this.position++) {
      case 0:
        this.address = byte << 8;
        return 0x01; // what the chip shifts out meanwhile is no data
      case 1:
        this.address |= byte;
        return 0x02;
      case 2:
        this.block = byte >> 3;
        this.writes = (byte & 4) !== 0;
        if (byte & 3) throw new Error("only data of free length (VDM) is wired for");
        return 0x03;
    }
    const at = this.address;
    this.address = (this.address + 1) & 0xffff;
    if (!this.writes) return this.read(at);
    this.write(at, byte);
    return 0;
  }

  read(at) {
    if (this.block === 0) return this.readCommon(at);
    const socket = this.block >> 2;
    switch (this.block & 3) {
      case 1:
        return this.readSocket(socket, at);
      case 3:
        return this.rx[at % this.size(SOCKET.RXBUF)];
    }
    return 0;
  }

  write(at, byte) {
    if (this.block === 0) this.writeCommon(at, byte);
    else if ((this.block & 3) === 1) this.writeSocket(this.block >> 2, at, byte);
    else if (this.block === 2) this.tx[at % this.size(SOCKET.TXBUF)] = byte;
  }

  readCommon(at) {
    if (at === COMMON.PHYCFGR) return PHY | (this.linked ? 1 : 0);
    if (at === COMMON.SIR) return this.sockets.reduce((all, s, n) => all | (this.pending(s) << n), 0);
    return this.common[at] ?? 0;
  }

  writeCommon(at, byte) {
    if (at === COMMON.MR && byte & RESET) return this.reset();
    if (at < this.common.length && at !== COMMON.VERSIONR && at !== COMMON.SIR) this.common[at] = byte;
    this.update();
  }

  readSocket(n, at) {
    const registers = this.sockets[n];
    if (n !== 0) return registers[at] ?? 0;
    const words = {
      [SOCKET.TX_FSR]: this.size(SOCKET.TXBUF) - this.sending(),
      [SOCKET.RX_RSR]: (this.rxWrite - this.rxRead) & 0xffff,
      [SOCKET.RX_WR]: this.rxWrite,
    };
    const word = words[at & ~1];
    if (word !== undefined) return at & 1 ? word & 0xff : word >> 8;
    return registers[at] ?? 0;
  }

  writeSocket(n, at, byte) {
    const registers = this.sockets[n];
    if (at === SOCKET.CR) {
      if (n === 0) this.command(registers, byte); // it reads zero once it is taken, that is at once
    } else if (at === SOCKET.IR) registers[at] &= ~byte;
    else if (at !== SOCKET.SR && at < registers.length) registers[at] = byte;
    this.update();
  }

  command(registers, code) {
    switch (code) {
      case COMMAND.OPEN:
        if ((registers[SOCKET.MR] & MODE.protocol) !== MODE.MACRAW) return;
        registers[SOCKET.SR] = STATE.MACRAW;
        this.put(SOCKET.TX_RD, 0);
        this.put(SOCKET.TX_WR, 0);
        this.put(SOCKET.RX_RD, 0);
        this.rxRead = this.rxWrite = 0;
        return;
      case COMMAND.CLOSE:
        registers[SOCKET.SR] = STATE.CLOSED;
        this.stopSending();
        return;
      case COMMAND.SEND:
        return this.transmit(registers);
      case COMMAND.RECV:
        this.rxRead = this.get(SOCKET.RX_RD);
        return;
    }
  }

  // -- frames

  transmit(registers) {
    const from = this.get(SOCKET.TX_RD);
    const length = this.sending();
    const frame = Buffer.alloc(Math.max(length, SHORTEST)); // the MAC pads
    for (let i = 0; i < length; i++) frame[i] = this.tx[(from + i) % this.size(SOCKET.TXBUF)];
    if (!this.linked) {
      this.counters.unlinked++;
      return; // no carrier: SEND_OK never comes
    }
    this.stopSending();
    this.alarm = this.clock.createAlarm(() => {
      this.put(SOCKET.TX_RD, (from + length) & 0xffff);
      registers[SOCKET.IR] |= INTERRUPT.SEND_OK;
      this.counters.sent++;
      this.send(frame);
      this.update();
    });
    this.alarm.schedule(frame.length * NANOS_A_BYTE);
  }

  stopSending() {
    this.alarm?.cancel();
    this.alarm = null;
  }

  /** A frame has come over the wire, without check sum. */
  receive(frame) {
    const registers = this.sockets[0];
    if (!this.linked || registers[SOCKET.SR] !== STATE.MACRAW) return;
    if (registers[SOCKET.MR] & MODE.filter && !this.addressed(frame)) {
      this.counters.filtered++;
      return;
    }
    const size = this.size(SOCKET.RXBUF);
    const length = frame.length + 2;
    if (((this.rxWrite - this.rxRead) & 0xffff) + length > size) {
      this.counters.overflow++;
      return;
    }
    const whole = [length >> 8, length & 0xff, ...frame];
    for (let i = 0; i < length; i++) this.rx[(this.rxWrite + i) % size] = whole[i];
    this.rxWrite = (this.rxWrite + length) & 0xffff;
    this.counters.received++;
    registers[SOCKET.IR] |= INTERRUPT.RECV;
    this.update();
  }

  addressed(frame) {
    const to = frame.subarray(0, 6);
    const own = this.common.subarray(COMMON.SHAR, COMMON.SHAR + 6);
    return to.every((byte) => byte === 0xff) || Buffer.compare(to, own) === 0;
  }

  // -- private

  size(register) {
    return this.sockets[0][register] * KIB || 1;
  }

  sending() {
    return (this.get(SOCKET.TX_WR) - this.get(SOCKET.TX_RD)) & 0xffff;
  }

  get(register) {
    return (this.sockets[0][register] << 8) | this.sockets[0][register + 1];
  }

  put(register, value) {
    this.sockets[0][register] = value >> 8;
    this.sockets[0][register + 1] = value & 0xff;
  }

  pending(registers) {
    return registers[SOCKET.IR] & registers[SOCKET.IMR] ? 1 : 0;
  }

  update() {
    const low = (this.readCommon(COMMON.SIR) & this.common[COMMON.SIMR]) !== 0;
    if (low !== this.low) this.interrupt((this.low = low));
  }
}
