"""The openssl command for tests: software that we did not write."""

import subprocess


def openssl(*arguments, data=None, folder=None, status=0):
    """Run openssl; return what it printed (bytes, both streams); assert the exit status."""
    result = subprocess.run(
        ["openssl", *map(str, arguments)],
        input=data,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        cwd=folder,
        timeout=60,
        check=False,
    )
    assert result.returncode == status, result.stdout.decode(errors="replace")
    return result.stdout
