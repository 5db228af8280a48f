"""SHA-1, SHA-256 and table DES equal BearSSL's on every length, alignment and split.

For: firmware/core/sha1_kernel.c, sha256_kernel.c, sha_arm.S, des_table.c. FIPS 180-4, FIPS 46-3.
"""

import pytest

import kernel_programs
from test_kernel_rsa import run


@pytest.mark.parametrize("variant", list(kernel_programs.VARIANTS))
def test_hashes_and_des_equal_bearssl(variant):
    assert run(variant, "hash_driver.c") == "6028 digests agree\n"
