"""Debian's SCEP server (micromdm scep, which we did not write) on loopback, with a CA of its own.

For tools/demo and host_tests/peers. The binary comes by `tools/sources scep-2.3`.
"""

import hashlib
import os
import re
import socket
import ssl
import subprocess
import time

ROOT = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))


class ServerError(Exception):
    """The server does not start; the message says why."""


class ScepServer:
    """A running server; use as a context manager.

    folder: where its CA and its log stand (a CA that is there already is used again);
    challenge: str; version: of tools/sources.lock.
    """

    def __init__(self, folder, challenge, version="2.3", organization="microscep demo"):
        """Make the CA if the folder has none, and start on a free port of 127.0.0.1."""
        home = os.environ.get(f"SCEP_{version.replace('.', '_')}_DIR") or os.path.join(
            ROOT, "build", "debs", f"scep-{version}"
        )
        self._binary = os.path.join(home, "usr", "bin", "scepserver")
        if not os.path.exists(self._binary):
            raise ServerError(f"{self._binary} is missing: tools/sources scep-{version}")
        self.folder = folder
        self.log_path = os.path.join(folder, "server.log")
        os.makedirs(folder, exist_ok=True)
        self._depot = os.path.join(folder, "depot")
        self.ca_path = os.path.join(self._depot, "ca.pem")
        if not os.path.exists(self.ca_path):
            make = [self._binary, "ca", "-init", "-depot", self._depot]
            make += ["-organization", organization, "-country", "FR"]
            done = subprocess.run(make, capture_output=True, text=True)
            if done.returncode:
                raise ServerError(f"the CA was not made: {done.stderr or done.stdout}")
        self._challenge = challenge
        self._version = version
        self._process = None
        self.port = _free_port()
        self.start()

    @property
    def path(self):
        """The path of the service in a URL."""
        return "/scep"

    @property
    def ca_sha256(self):
        """SHA-256 of the CA's certificate in hex, as scep_ca_fingerprint takes it."""
        with open(self.ca_path) as f:
            der = ssl.PEM_cert_to_DER_cert(f.read())
        return hashlib.sha256(der).hexdigest()

    def start(self):
        """Start, or start again, on the same port."""
        command = [self._binary, "-depot", self._depot, "-allowrenew", "0"]
        if self._version == "2.1":
            # it knows no address: run it where there is nothing but loopback
            command += ["-port", str(self.port)]
        else:
            command += ["-http-addr", f"127.0.0.1:{self.port}"]
        # the challenge by environment: an argument would stand in everybody's list of processes
        environment = dict(os.environ, SCEP_CHALLENGE_PASSWORD=self._challenge)
        with open(self.log_path, "ab") as log:
            self._process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        for _ in range(200):
            if self._process.poll() is not None:
                raise ServerError(f"the server ended at once: {self.log()[-500:]}")
            with socket.socket() as s:
                if s.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        self.stop()
        raise ServerError("the server does not listen")

    def stop(self):
        """End the process; idempotent."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def log(self):
        """Return what the server logged so far."""
        with open(self.log_path) as f:
            return f.read()

    def operations(self):
        """Return the SCEP operations that the server saw, in order."""
        return re.findall(r"\bop=(\w+)", self.log())

    def __enter__(self):
        """Return the running server."""
        return self

    def __exit__(self, *_):
        """Stop it."""
        self.stop()


def _free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]
