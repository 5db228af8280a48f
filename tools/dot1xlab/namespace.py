"""A network namespace of our own, as root or as an ordinary user.

For tools/dot1x: the program starts itself again inside; when it ends, everything in it is gone.
"""

import os
import shutil
import subprocess

_INSIDE = "MICROSCEP_DOT1X_NAMESPACE"
# What the lab runs, and the Debian package that has it.
_PROGRAMS = {
    "hostapd": "hostapd",
    "nft": "nftables",
    "ip": "iproute2",
    "dnsmasq": "dnsmasq-base",
    "ethtool": "ethtool",
    "ping": "iputils-ping",
    "qemu-system-arm": "qemu-system-arm",
}
_RADIUS = "freeradius"

# Where administrators' programs stand, which are not in everybody's PATH.
ADMINISTRATORS = "/usr/sbin:/sbin"


class LeftOut(Exception):
    """This machine cannot run the lab; the message says why."""


def find(name):
    """Return the path of a program, wherever administrators' programs stand. Raises LeftOut."""
    path = shutil.which(name, path=os.environ.get("PATH", "") + ":" + ADMINISTRATORS)
    if path is None:
        raise LeftOut(f"{name} is not installed (package {_PROGRAMS.get(name, name)})")
    return path


def enter(command, as_user, radius):
    """Go on if inside a namespace of our own; else run `command` in one and return its status.

    as_user: have no more rights than an ordinary user, even as root; radius: FreeRADIUS is wanted
    too. Returns None inside. Raises LeftOut where programs or namespaces are missing.
    """
    if os.environ.get(_INSIDE):
        return None
    for name in (*_PROGRAMS, *((_RADIUS,) if radius else ())):
        find(name)
    flags = ["-n"] if os.getuid() == 0 and not as_user else ["-U", "-r", "-n"]
    unshare = [find("unshare"), *flags]
    if subprocess.run([*unshare, "true"], capture_output=True).returncode:
        raise LeftOut("no network namespace may be made on this machine")
    return subprocess.run([*unshare, *command], env=dict(os.environ, **{_INSIDE: "yes"})).returncode


def has_tap():
    """Tell whether a TAP device may be made here (not in a user's own namespace)."""
    return os.getuid() == 0 and os.access("/dev/net/tun", os.R_OK | os.W_OK) and _is_real_root()


def _is_real_root():
    with open("/proc/self/uid_map") as f:
        return f.readline().split()[:2] == ["0", "0"]
