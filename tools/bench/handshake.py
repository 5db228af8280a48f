"""The bench's row `handshake`: a TLS 1.2 handshake with client certificate on ARM926.

For bench.py: rows() yields one row a curve. Both ends run in one process (handshake.c); what is
counted is the client's engine. The judgement of the server's chain is Python's, and is counted with
everything else on NOE by host_tests/emulator/test_tls_cost.py. RSA of 2,048 bits, a chain of two,
ECDHE-RSA-AES128-GCM-SHA256.
"""

import os
import subprocess
import tempfile
from pathlib import Path

import counting
from cryptography.hazmat.primitives import serialization

import kernel_programs
from tls_world import DER, World

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
CURVES = {"x25519": "X25519", "p256": "P-256"}
# What BearSSL's server needs beside what the client is linked with (firmware/core/bearssl.txt).
SERVER = (
    "ssl/ssl_server.c",
    "ssl/ssl_hs_server.c",
    "ssl/ssl_scert_single_rsa.c",
    "x509/x509_knownkey.c",
    "rsa/rsa_i31_pkcs1_vrfy.c",
    "rsa/rsa_i31_pkcs1_sign.c",
    "ssl/prf_sha256.c",
)


def program():
    """Build the program for ARM926 (Linux, static); return its path."""
    compiler, flags, _ = kernel_programs.VARIANTS["arm926"]
    out = ROOT / "build" / "kernel" / "arm926" / "handshake"
    out.mkdir(parents=True, exist_ok=True)
    options = "-O2 " + " ".join(flag for flag in flags if flag != "-static")
    subprocess.run(
        ["make", "-s", "-f", "firmware/core/library.mk", f"OUT={out}", f"CC={compiler}"]
        + ["AR=arm-linux-gnueabi-ar", f"FLAGS={options} -ffunction-sections"],
        cwd=ROOT,
        check=True,
    )
    include = [
        kernel_programs.CORE,
        kernel_programs.BEARSSL / "inc",
        kernel_programs.BEARSSL / "src",
    ]
    sources = [HERE / "handshake.c", HERE / "bench_marks.c"]
    sources += [kernel_programs.BEARSSL / "src" / name for name in SERVER]
    target = out / "handshake"
    subprocess.run(
        [compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", *flags]
        + [*(f"-I{path}" for path in include), *sources, out / "libscepcore.a"]
        + [kernel_programs.bearssl("arm926"), "-o"]
        + [f"{target}.{os.getpid()}"],
        check=True,
    )
    os.replace(f"{target}.{os.getpid()}", target)
    return target


def _files(folder):
    """Write the keys and certificates of a world as handshake.c reads them."""
    world = World(folder)
    chain = [each.public_bytes(DER) for each in (world.server, world.issuing)]
    for name, key in (("client.key", world.client_key), ("server.key", world.server_key)):
        form = serialization.PrivateFormat.TraditionalOpenSSL
        folder.joinpath(name).write_bytes(
            key.private_bytes(DER, form, serialization.NoEncryption())
        )
    folder.joinpath("chain.der").write_bytes(b"".join(chain))
    folder.joinpath("chain.len").write_text(str(len(chain[0])))
    folder.joinpath("client.der").write_bytes(world.client.public_bytes(DER))


def rows():
    """Yield the rows: build/bench.json's fields, and `curve`."""
    binary = program()
    with tempfile.TemporaryDirectory() as name:
        _files(Path(name))
        for argument, curve in CURVES.items():
            counts, output = counting.count_arm(binary, argument, name)
            total = {field: sum(each[field] for each in counts) for field in counting.FIELDS}
            yield {
                "operation": "handshake",
                "bits": 2048,
                "target": "arm926",
                "library": "microscep",
                "curve": curve,
                "instructions": total["instructions"],
                "multiplies": total["multiplies"],
                "cycles_estimate": total["cycles_estimate"],
                "stack_bytes": int(output.split()[-1]),
                "text_bytes": None,
            }
