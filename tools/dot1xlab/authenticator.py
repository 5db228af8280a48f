"""hostapd as the switch's authenticator: what it decides, as it says it.

For scenario.py. The EAP server is hostapd's own or FreeRADIUS. hostapd on a wire controls no port
itself, and its own server tells the issuer of a client's certificate nowhere but in the debug
output: that is read here, and moves the gate.
"""

import os
import re
import subprocess
import threading

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tools.dot1xlab import network
from tools.dot1xlab.namespace import find
from tools.dot1xlab.radius import SECRET, Radius

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
"""
_OWN_SERVER = """eap_server=1
eap_user_file={folder}/users
ca_cert={folder}/trusted.pem
server_cert={folder}/server.pem
private_key={folder}/server.key
check_crl=1
crl_reload_interval=1
"""
_RADIUS = """own_ip_addr=127.0.0.1
nas_identifier=switch
auth_server_addr=127.0.0.1
auth_server_port={radius}
auth_server_shared_secret={secret}
"""
# What FreeRADIUS answered, as hostapd tells it.
_WORD = re.compile(r"updated with User-Name from Access-Accept '(quarantine|open)'")
_ISSUER = re.compile(r"tls_verify_cb - preverify_ok=1 .*depth=1 buf='(.*)'")


class Authenticator:
    """A running hostapd. Use as a context manager.

    states: what it made of the port, in its order: quarantine, open, rejected; repetitions once.
    """

    def __init__(self, folder, factory, authority, gate, radius=False):
        """factory: FactoryCa, whose certificates get the quarantine; authority: the lab CA
        (tools.lab.authority.Authority), whose get the network; gate: function (state); radius:
        FreeRADIUS is the EAP server.
        """
        self.states = []
        self._folder, self._factory, self._authority, self._gate = folder, factory, authority, gate
        self._issuer = self._word = self._radius = None
        self._write_server()
        self.publish()
        self._radius = Radius(folder, self._factory_name()) if radius else None
        text = _CONFIGURATION + (_RADIUS if radius else _OWN_SERVER)
        words = {"folder": folder, "port": network.PORT, "reauthenticate": REAUTHENTICATE}
        words.update(radius=Radius.port, secret=SECRET)
        with open(os.path.join(folder, "hostapd.conf"), "w") as f:
            f.write(text.format(**words))
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
        if self._radius:
            self._radius.close()

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
        if self._radius:
            self._radius.restart()

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
            issuer, word = _ISSUER.search(line), _WORD.search(line)
            if issuer:
                self._issuer = issuer.group(1)
            elif word:
                self._word = word.group(1)
            elif "CTRL-EVENT-EAP-SUCCESS" in line:
                self._decide(self._word if self._radius else self._judge())
            elif "CTRL-EVENT-EAP-FAILURE" in line:
                self._decide("rejected")

    def _judge(self):
        """For hostapd's own server: the issuer of the certificate that was shown last decides."""
        own = self._issuer == self._factory_name()
        return network.QUARANTINE if own else network.OPEN

    def _factory_name(self):
        """Return the factory CA's name in OpenSSL's old form."""
        name = self._factory.certificate.subject
        return "".join(f"/{each.rfc4514_attribute_name}={each.value}" for each in name)

    def _decide(self, state):
        self._gate(network.CLOSED if state == "rejected" else state)
        if self.states[-1:] != [state]:
            self.states.append(state)
            print(f"   authenticator: {state}", flush=True)
