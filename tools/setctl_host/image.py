"""A flash image and its device secret on the host: sizes, checks before a set is started.

For machines.py and factory.py; DESIGN.md section 6.
"""

import hashlib
import os

from tools.setctl_host.errors import Failure

KIB = 1024
# board -> (bytes of the file, offset of the key store, sector size, number of sectors)
GEOMETRY = {
    "UNIX": (5 * 64 * KIB, 0, 64 * KIB, 5),
    "NOE": (64 * KIB * KIB, 0, 256 * KIB, 5),
    "VLE": (64 * KIB * KIB, 0, 256 * KIB, 3),
    "MPS2_AN505": (16 * KIB * KIB, 0, 64 * KIB, 5),
    # the whole chip; boards/W5500_EVB_PICO/mpconfigboard.h
    "W5500_EVB_PICO": (2048 * KIB, (2048 - 164) * KIB, 4 * KIB, 40),
}
# board -> (bytes of a program unit, erase blocks that make one sector of the store); else (4, 1)
PAGES = {"W5500_EVB_PICO": (256, 8)}
# boards whose device secret stands in the flash, in its last 4 KiB: a copy of the whole flash is a
# copy of the identity (firmware/port/rp2/secret_flash.c)
SECRET_INSIDE = ("W5500_EVB_PICO",)
SECRET_BYTES = 32


def secret_path(flash):
    """Return where the device secret of an image stands: beside it, never in it."""
    return flash + ".secret"


def read_secret(flash):
    """Return the 32 bytes of FILE.secret. Raises Failure(wrong-device)."""
    path = secret_path(flash)
    try:
        with open(path, "rb") as f:
            secret = f.read(SECRET_BYTES + 1)
    except OSError as e:
        raise Failure("wrong-device", f"{path}: {e.strerror}; it holds the device secret") from e
    if len(secret) != SECRET_BYTES:
        raise Failure("wrong-device", f"{path} does not hold {SECRET_BYTES} bytes")
    return secret


def secret_page(secret):
    """Return the bytes that hold `secret` in the last sector of a SECRET_INSIDE board's flash."""
    page = b"MSDS\x01\x00\x00\x00" + secret
    return page + hashlib.sha256(page).digest()[:4]


def check(board, flash):
    """See that `flash` is a file of the board's size. Raises Failure; changes nothing."""
    size = GEOMETRY[board][0]
    try:
        found = os.stat(flash).st_size
    except OSError as e:
        raise Failure("flash-io", f"{flash}: {e.strerror}; `setctl factory` makes one") from e
    if found != size:
        raise Failure(
            "flash-corrupt",
            f"{flash} holds {found} bytes; the flash of {board} has {size}; left untouched",
        )
    if not os.access(flash, os.R_OK | os.W_OK):
        raise Failure("flash-io", f"{flash} cannot be written")


def write(flash, data, secret):
    """Put a new image and its secret in place; each whole or not at all, the secret first."""
    _replace(secret_path(flash), secret, 0o600)
    _replace(flash, data, 0o644)


def _replace(path, data, mode):
    part = path + ".part"
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(fd, "wb") as f:
        os.fchmod(fd, mode)
        f.write(data)
    os.replace(part, path)
