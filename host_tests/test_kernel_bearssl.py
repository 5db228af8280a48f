"""BearSSL's own test program passes with our functions in the place of BearSSL's.

For: firmware/core's drop-ins. The program is test/test_crypto.c of the source that tools/sources
unpacked; the preprocessor puts our names into it and into BearSSL's PKCS#1 and OAEP code above.
"""

import re
import subprocess
from pathlib import Path

import pytest

import kernel_programs

TEST = kernel_programs.BEARSSL / "test" / "test_crypto.c"
PRIVATE = Path(__file__).parent / "c" / "bearssl_private.c"
OURS = {
    "br_rsa_i31_private": "test_rsa_private",
    "br_rsa_i31_public": "scepcore_rsa_public",
    "br_rsa_i31_keygen": "scepcore_rsa_keygen",
    "br_sha1_vtable": "scepcore_sha1_vtable",
    "br_sha224_vtable": "scepcore_sha224_vtable",
    "br_sha256_vtable": "scepcore_sha256_vtable",
    "br_sha384_vtable": "scepcore_sha384_vtable",
    "br_sha512_vtable": "scepcore_sha512_vtable",
    "br_des_tab_cbcdec_vtable": "scepcore_des_cbcdec_vtable",
}
# What stands on the functions above, to be compiled against ours.
ABOVE = [f"rsa/rsa_i31_{name}.c" for name in ("pkcs1_sign", "pkcs1_vrfy", "oaep_encrypt")]
ABOVE += ["rsa/rsa_i31_oaep_decrypt.c"]
PARTS = ("RSA_i31", "multihash", "HMAC", "HKDF", "HMAC_DRBG", "PRF", "DES_tab")

pytestmark = [
    pytest.mark.check,
    pytest.mark.skipif(bool(kernel_programs.missing("native60")), reason="needs BearSSL's source"),
]


@pytest.fixture(name="program", scope="module")
def _program(tmp_path_factory):
    """The test program with our functions, and all of BearSSL beneath."""
    folder = tmp_path_factory.mktemp("bearssl")
    source = kernel_programs.BEARSSL / "src"
    include = ["-I", kernel_programs.BEARSSL / "inc", "-I", source, "-I", kernel_programs.CORE]
    above = [source / name for name in ABOVE]
    rest = [path for path in sorted(source.glob("*/*.c")) if path not in above]
    rest.append(source / "settings.c")
    subprocess.run(["gcc", "-O1", "-w", *include, "-c", *rest], cwd=folder, check=True)
    archive = folder / "libbearssl.a"
    subprocess.run(["ar", "rcs", archive, *sorted(folder.glob("*.o"))], check=True)
    renamed = [f"-D{theirs}={ours}" for theirs, ours in OURS.items()]
    objects = folder / "ours"
    objects.mkdir()
    subprocess.run(
        ["gcc", "-O1", "-w", *renamed, *include, "-c", TEST, *above], cwd=objects, check=True
    )
    target = folder / "testcrypto"
    subprocess.run(
        ["gcc", "-O2", *include, *sorted(objects.glob("*.o")), PRIVATE]
        + [*kernel_programs.kernel_sources("native60"), archive, "-o", target],
        check=True,
    )
    return target


def test_the_program_calls_our_functions(program):
    listed = subprocess.run(["nm", program], capture_output=True, text=True, check=True).stdout
    names = set(re.findall(r" [A-Za-z] (\w+)$", listed, re.M))
    assert set(OURS.values()) <= names
    assert not names & {"br_rsa_i31_private", "br_rsa_i31_keygen"}


@pytest.mark.parametrize("part", PARTS)
def test_bearssl_s_own_tests_pass_with_our_functions(program, part):
    done = subprocess.run([program, part], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout + done.stderr
    # A name that the program does not know runs nothing and succeeds.
    assert "done" in done.stdout
