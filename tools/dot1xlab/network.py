"""The lab's network: a bridge, the set's port with a gate, a server that all may reach, a host that
only a set with a customer's certificate may.

For scenario.py, inside the namespace. EAPOL never passes the gate: no bridge forwards its address.
"""

import subprocess

from tools.dot1xlab.cable import Cable
from tools.dot1xlab.namespace import find

PORT = "set0"  # the bridge's port to the set
SERVER = "10.9.0.1"  # SCEP and DHCP
OFFICE = "10.9.0.2"  # what the port is there to protect
_LEASES = "10.9.0.50,10.9.0.60,255.255.255.0,300"

CLOSED, QUARANTINE, OPEN = "closed", "quarantine", "open"

_RULES = f"""
table bridge gate {{
  set open {{ type ifname; }}
  set quarantine {{ type ifname; }}
  chain forward {{
    type filter hook forward priority 0; policy drop;
    iifname != "{PORT}" oifname != "{PORT}" accept
    iifname @open accept
    oifname @open accept
    iifname @quarantine ether type arp ether daddr ff:ff:ff:ff:ff:ff accept
    iifname @quarantine arp daddr ip {SERVER} accept
    oifname @quarantine arp saddr ip {SERVER} accept
    iifname @quarantine udp dport 67 accept
    iifname @quarantine ip daddr {SERVER} accept
    oifname @quarantine ip saddr {SERVER} accept
  }}
}}
"""


class Network:
    """Use as a context manager. nic: what `setctl --nic` takes; folder: for the lease file."""

    def __init__(self, folder, tap, weather=None):
        """tap: the set's cable is a TAP device, else one in user space with a cable.Weather."""
        self._cable = self._dhcp = None
        _run("ip", "link", "set", "lo", "up")
        _run("ip", "link", "add", "br0", "type", "bridge")
        for name, address in (("server", SERVER), ("office", OFFICE)):
            _run("ip", "link", "add", name, "type", "veth", "peer", "name", name + "-br")
            # frames reach the set's cable as they are: a checksum left to hardware would be wrong
            _run("ethtool", "-K", name, "tx", "off", "tso", "off", "gso", "off")
            _run("ip", "link", "set", name + "-br", "master", "br0", "up")
            _run("ip", "address", "add", address + "/24", "dev", name)
            _run("ip", "link", "set", name, "up")
            _write(f"/proc/sys/net/ipv4/conf/{name}/arp_ignore", "1")
        if tap:
            _run("ip", "tuntap", "add", "dev", PORT, "mode", "tap")
            self.nic = f"tap,ifname={PORT},script=no,downscript=no"
        else:
            _run("ip", "link", "add", PORT, "type", "veth", "peer", "name", "wire")
            _run("ip", "link", "set", "wire", "up")
            self._cable = Cable("wire", weather)
            self.nic = self._cable.nic
        for name in ("br0", PORT, "server", "office"):
            _write(f"/proc/sys/net/ipv6/conf/{name}/disable_ipv6", "1")
        _run("ip", "link", "set", PORT, "master", "br0", "up")
        _run("ip", "link", "set", "br0", "up")
        subprocess.run([find("nft"), "-f", "-"], input=_RULES, text=True, check=True)
        self._dhcp = subprocess.Popen(
            [
                *(find("dnsmasq"), "--no-daemon", "--conf-file=/dev/null", "--port=0"),
                *("--interface=server", "--bind-interfaces", "--no-ping", "--dhcp-authoritative"),
                *("--dhcp-range=" + _LEASES, f"--dhcp-leasefile={folder}/leases"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def __enter__(self):
        """Return the network."""
        return self

    def __exit__(self, *exception):
        """End what runs; the namespace takes the rest with it."""
        self._dhcp.terminate()
        self._dhcp.wait()
        if self._cable:
            self._cable.close()

    def gate(self, state):
        """Let through what `state` allows: CLOSED, QUARANTINE or OPEN."""
        commands = "flush set bridge gate open\nflush set bridge gate quarantine\n"
        if state != CLOSED:
            commands += f'add element bridge gate {state} {{ "{PORT}" }}\n'
        subprocess.run([find("nft"), "-f", "-"], input=commands, text=True, check=True)

    def reaches(self, address, source):
        """Tell whether the set at `address` answers the host `source` (SERVER or OFFICE)."""
        name = {SERVER: "server", OFFICE: "office"}[source]
        command = [find("ping"), "-c", "1", "-i", "0.5", "-w", "4", "-I", name, address]
        return subprocess.run(command, capture_output=True).returncode == 0


def _run(name, *arguments):
    subprocess.run([find(name), *arguments], check=True, stdout=subprocess.DEVNULL)


def _write(path, text):
    with open(path, "w") as f:
        f.write(text)
