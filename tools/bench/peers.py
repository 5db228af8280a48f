"""Libraries that we did not write, measured on ARM926 beside ours.

For: tools/bench/bench.py. nettle and OpenSSL come as Debian's armel archives, wolfSSL as Debian's
source, mbedTLS from build/src. What cannot be had is said, not hidden.
"""

import math
import os
import shutil
import subprocess
import sys
from pathlib import Path

import counting

ROOT = Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT))

from tools.thirdparty.archive import machine_archives  # noqa: E402

HERE = ROOT / "tools" / "bench"
DRIVERS = HERE / "peers_c"
OUT = ROOT / "build" / "peers"
MBEDTLS = ROOT / "build" / "src" / "mbedtls"
PACKAGES = ("nettle-dev", "libgmp-dev", "libssl-dev")
FLAGS = ["-O2", "-march=armv5te", "-marm", "-ffunction-sections", "-fdata-sections"]
WOLFSSL = (
    "sp_arm32",
    "sp_int",
    "rsa",
    "random",
    "wolfmath",
    "memory",
    "error",
    "logging",
    "asn",
) + ("hash", "sha256", "wc_port", "coding", "sha", "sha512", "md5", "hmac", "aes")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"


def _apt(*command, cwd):
    """Runs an apt tool on a private configuration with the armel and source indexes."""
    state = OUT / "apt"
    for sub in ("lists/partial", "cache/archives/partial"):
        (state / sub).mkdir(parents=True, exist_ok=True)
    sign = f"signed-by={KEYRING}"
    mirror, _ = machine_archives()
    (state / "sources.list").write_text(
        f"deb [arch=armel {sign}] {mirror} bookworm main\ndeb-src [{sign}] {mirror} trixie main\n"
    )
    (state / "apt.conf").write_text(
        f'Dir::State::lists "{state}/lists";\nDir::Cache "{state}/cache";\n'
        f'Dir::Etc::sourcelist "{state}/sources.list";\nDir::Etc::sourceparts "-";\n'
        'APT::Architectures {"amd64";"armel";};\nAPT::Sandbox::User "root";\n'
    )
    environment = os.environ | {"APT_CONFIG": str(state / "apt.conf")}
    subprocess.run(command, cwd=cwd, env=environment, check=True, capture_output=True)


def fetch():
    """Downloads and unpacks the packages under build/peers, once."""
    if (OUT / "complete").exists():
        return
    OUT.mkdir(parents=True, exist_ok=True)
    _apt("apt-get", "update", cwd=OUT)
    for name in PACKAGES:
        _apt("apt-get", "download", f"{name}:armel", cwd=OUT)
    for deb in OUT.glob("*.deb"):
        subprocess.run(["dpkg", "-x", deb, OUT / "root"], check=True)
    _apt("apt-get", "source", "--download-only", "--only-source", "wolfssl/trixie", cwd=OUT)
    tarball = next(OUT.glob("wolfssl_*.orig.tar.gz"))
    (OUT / "wolfssl").mkdir(exist_ok=True)
    subprocess.run(
        ["tar", "xf", tarball, "-C", OUT / "wolfssl", "--strip-components=1"], check=True
    )
    (OUT / "complete").touch()


def _cc(*arguments, cwd=None):
    subprocess.run(
        ["arm-linux-gnueabi-gcc", *FLAGS, *map(str, arguments)],
        cwd=cwd,
        check=True,
        capture_output=True,
    )


def _objects(name, sources, *flags):
    """Compiles sources into a folder of their own, once; returns the object files."""
    if not sources:
        raise FileNotFoundError(f"no sources of {name}: tools/sources bench")
    folder = OUT / f"{name}-objects"
    if not folder.exists():
        # What fails or is interrupted leaves nothing that looks finished.
        begun = OUT / f"{name}-objects.begun"
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir(parents=True)
        _cc(*flags, "-c", *sources, cwd=begun)
        begun.rename(folder)
    return sorted(folder.glob("*.o"))


def _link(name, flags, inputs):
    target = OUT / f"bench-{name}"
    common = ["-static", "-Wl,--gc-sections", "-I", HERE, "-I", DRIVERS]
    _cc(*common, *flags, DRIVERS / f"{name}.c", HERE / "bench_marks.c", *inputs, "-o", target)
    return target


def _nettle():
    lib = OUT / "root" / "usr" / "lib" / "arm-linux-gnueabi"
    inputs = [lib / f"lib{name}.a" for name in ("hogweed", "nettle", "gmp")]
    root = OUT / "root" / "usr" / "include"
    return _link("nettle", ["-I", root, "-I", root / "arm-linux-gnueabi"], inputs)


def _openssl():
    lib = OUT / "root" / "usr" / "lib" / "arm-linux-gnueabi"
    root = OUT / "root" / "usr" / "include"
    inputs = [lib / "libcrypto.a", "-ldl", "-lpthread", "-latomic"]
    return _link("openssl", ["-I", root, "-I", root / "arm-linux-gnueabi"], inputs)


def _mbedtls():
    include = ["-I", MBEDTLS / "include"]
    sources = sorted((MBEDTLS / "library").glob("*.c"))
    objects = _objects("mbedtls", sources, *include, "-I", MBEDTLS / "library")
    return _link("mbedtls", include, objects)


def _wolfssl():
    flags = ["-DWOLFSSL_USER_SETTINGS", "-I", DRIVERS, "-I", OUT / "wolfssl"]
    sources = [OUT / "wolfssl" / "wolfcrypt" / "src" / f"{name}.c" for name in WOLFSSL]
    return _link("wolfssl", flags, _objects("wolfssl", sources, *flags))


# name: (how to build it, seeded keys that it makes: 0 where it does not let us seed)
LIBRARIES = {
    "nettle": (_nettle, 8),
    "openssl": (_openssl, 0),
    "mbedtls": (_mbedtls, 4),
    "wolfssl": (_wolfssl, 8),
}


def _row(operation, library, counts):
    return {
        "operation": operation,
        "bits": 2048,
        "target": "arm926",
        "library": library,
        "instructions": counts["instructions"],
        "multiplies": counts.get("multiplies"),
        "cycles_estimate": counts.get("cycles_estimate"),
        "stack_bytes": None,
        "text_bytes": None,
    }


def _keygen(program, library, keys):
    counts, _ = counting.count_arm(program, "keygen", 2048, keys)
    values = [c["instructions"] for c in counts]
    mean = sum(values) / keys
    spread = math.sqrt(sum((v - mean) ** 2 for v in values) / (keys - 1))
    averages = {k: sum(c[k] for c in counts) // keys for k in counting.FIELDS}
    return _row("keygen", library, averages) | {
        "instructions": round(mean),
        "keys": keys,
        "stderr": round(spread / keys**0.5),
    }


def fetched():
    """Names of the libraries that rows() can measure, after fetching what it takes."""
    try:
        fetch()
    except (OSError, subprocess.CalledProcessError, StopIteration) as e:
        print(f"left out: nettle, openssl, wolfssl ({e})", flush=True)
        return ["mbedtls"]
    return sorted(LIBRARIES, key=lambda name: -LIBRARIES[name][1])


def rows(library, key, quick):
    """Rows of bench.json of one library; key: path of the key file; quick: no keys."""
    build, keys = LIBRARIES[library]
    try:
        program = build()
    except (OSError, subprocess.CalledProcessError) as e:
        print(f"left out: {library} ({e})", flush=True)
        return
    for operation in ("private", "public"):
        counts, _ = counting.count_arm(program, operation, key)
        yield _row(operation, library, counts[0])
    if keys and not quick:
        yield _keygen(program, library, keys)


def x86_rows(keys):
    """Rows of the machine's own OpenSSL by callgrind, for each key file named BITS.key."""
    OUT.mkdir(parents=True, exist_ok=True)
    program = OUT / "bench-openssl-x86"
    subprocess.run(
        ["gcc", "-O2", "-I", HERE, "-I", DRIVERS, DRIVERS / "openssl.c"]
        + [HERE / "bench_marks.c", "-lcrypto", "-o", program],
        check=True,
        capture_output=True,
    )
    for key in keys:
        for operation in ("private", "public"):
            counts, _ = counting.count_x86(program, operation, key)
            row = _row(operation, "openssl", counts[0])
            yield row | {"bits": int(key.stem), "target": "x86-64"}
