"""hostapd as the switch's authenticator with its own EAP server: what it decides, as it says it.

For scenario.py. hostapd on a wire controls no port itself, and tells the issuer of a client's
certificate nowhere but in its debug output: that is read here, and moves the gate.
"""

import os
import re
import subprocess
import threading

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tools.dot1xlab import network
from tools.dot1xlab.namespace import find

_PEM = serialization.Encoding.PEM
REAUTHENTICATE = 15  # seconds

_CONFIGURATION = """interface={port}
driver=wired
ctrl_interface={folder}/ctrl
logger_stdout=-1
logger_stdout_level=0
ieee8021x=1
use_pae_group_addr=1
eap_reauth_period={reauthenticate}
eap_server=1
eap_user_file={folder}/users
ca_cert={folder}/trusted.pem
server_cert={folder}/server.pem
private_key={folder}/server.key
check_crl=1
crl_reload_interval=1
"""
_ISSUER = re.compile(r"tls_verify_cb - preverify_ok=1 .*depth=1 buf='(.*)'")


class Authenticator:
    """A running hostapd. Use as a context manager.

    states: what it made of the port, in its order: quarantine, open, rejected; repetitions once.
    """

    def __init__(self, folder, factory, authority, gate):
        """factory: FactoryCa, whose certificates get the quarantine; authority: the lab CA
        (tools.lab.authority.Authority), whose get the network; gate: function (state).
        """
        self.states = []
        self._folder, self._factory, self._authority, self._gate = folder, factory, authority, gate
        self._issuer = None
        self._write_server()
        self.publish()
        with open(os.path.join(folder, "hostapd.conf"), "w") as f:
            f.write(
                _CONFIGURATION.format(
                    folder=folder, port=network.PORT, reauthenticate=REAUTHENTICATE
                )
            )
        self._log = open(os.path.join(folder, "hostapd.log"), "w")  # noqa: SIM115
        self._process = subprocess.Popen(
            [find("hostapd"), "-dd", os.path.join(folder, "hostapd.conf")],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
        )
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    def __enter__(self):
        """Return the authenticator."""
        return self

    def __exit__(self, *exception):
        """End it."""
        self._process.terminate()
        self._process.wait()
        self._thread.join()
        self._log.close()

    def publish(self):
        """Hand hostapd the CAs and their CRLs of this moment; it reads them within a second."""
        crl = x509.load_der_x509_crl(self._authority.crl())
        chain = [entity.certificate for entity in self._authority.entities()]
        parts = [self._factory.certificate, *chain]
        text = b"".join(part.public_bytes(_PEM) for part in parts) + crl.public_bytes(_PEM)
        text += self._factory.crl().public_bytes(_PEM)
        path = os.path.join(self._folder, "trusted.pem")
        with open(path + ".new", "wb") as f:
            f.write(text)
        os.replace(path + ".new", path)

    # -- private

    def _write_server(self):
        certificate, key = self._authority.server_certificate(["radius.example"])
        private = key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        ca = self._authority.ca().certificate.public_bytes(_PEM)
        for name, data in (
            ("server.pem", certificate.public_bytes(_PEM) + ca),
            ("server.key", private),
            ("users", b"* TLS\n"),
        ):
            with open(os.path.join(self._folder, name), "wb") as f:
                f.write(data)

    def _follow(self):
        """Read what hostapd says until it ends; move the gate with each decision."""
        for line in self._process.stdout:
            self._log.write(line)
            found = _ISSUER.search(line)
            if found:
                self._issuer = found.group(1)
            elif "CTRL-EVENT-EAP-SUCCESS" in line:
                self._decide(network.QUARANTINE if self._is_factory() else network.OPEN)
            elif "CTRL-EVENT-EAP-FAILURE" in line:
                self._decide("rejected")

    def _is_factory(self):
        """Tell whether the factory issued what was shown last (a name in OpenSSL's old form)."""
        name = self._factory.certificate.subject
        text = "".join(f"/{each.rfc4514_attribute_name}={each.value}" for each in name)
        return self._issuer == text

    def _decide(self, state):
        self._gate(network.CLOSED if state == "rejected" else state)
        if self.states[-1:] != [state]:
            self.states.append(state)
            print(f"   authenticator: {state}", flush=True)
