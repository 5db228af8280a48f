// The cable between the emulated chip and a network: Ethernet frames in UDP datagrams, as QEMU's
// socket network has them. For run.mjs. Without a peer of the caller's a QEMU of its own, without a
// machine, is the network: address by DHCP, the host's loopback at 10.0.2.2.

import { spawn } from "node:child_process";
import dgram from "node:dgram";
import { once } from "node:events";

const LOOPBACK = "127.0.0.1";

/** Bind a datagram socket to a port of loopback (0: any); return it. */
async function bound(port) {
  const socket = dgram.createSocket("udp4");
  socket.bind(port, LOOPBACK);
  await once(socket, "listening");
  return socket;
}

/**
 * Plug in. peer: {port, localport} of somebody else's network, or null; loss: share of frames lost
 * each way; random: () -> number in 0..1. Returns {send(frame), onFrame, close()}.
 */
export async function plug({ peer, loss, random }) {
  const socket = await bound(peer ? peer.localport : 0);
  let port = peer?.port;
  let network = null;
  if (!peer) {
    const probe = await bound(0);
    port = probe.address().port;
    probe.close();
    network = slirp(socket.address().port, port);
  }
  const cable = {
    onFrame: () => {},
    send: (frame) => {
      if (random() >= loss) socket.send(frame, port, LOOPBACK);
    },
    close: () => {
      socket.close();
      network?.kill();
    },
  };
  socket.on("message", (frame) => {
    if (random() >= loss) cable.onFrame(frame);
  });
  return cable;
}

/** QEMU's user-mode network as a box of its own. */
function slirp(to, from) {
  const hub = (n, id) => ["-netdev", `hubport,id=${id}port,hubid=0,netdev=${id}`];
  return spawn(
    "qemu-system-arm",
    [
      "-M", "none", "-display", "none", "-monitor", "none", "-serial", "none", "-nodefaults",
      "-netdev", "user,id=user",
      "-netdev", `socket,id=wire,udp=${LOOPBACK}:${to},localaddr=${LOOPBACK}:${from}`,
      ...hub(0, "user"), ...hub(0, "wire"),
    ],
    { stdio: "ignore" },
  );
}
