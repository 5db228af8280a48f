// A UF2 file into the image of a flash chip. For run.mjs and lockstep.mjs. Format: Microsoft's UF2.

import { SIZE } from "./flash.mjs";

const XIP = 0x10000000;
const BLOCK = 512;
const MAGIC = 0x0a324655;

/** Write the blocks of a UF2 file into the chip's image, as the boot ROM would. */
export function install(uf2, memory) {
  for (let at = 0; at < uf2.length; at += BLOCK) {
    const address = uf2.readUInt32LE(at + 12) - XIP;
    const size = uf2.readUInt32LE(at + 16);
    if (uf2.readUInt32LE(at) !== MAGIC || address < 0 || address + size > SIZE)
      throw new Error("not a UF2 file of this chip");
    uf2.copy(memory, address, at + 32, at + 32 + size);
  }
}
