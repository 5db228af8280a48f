"""FreeRADIUS behind hostapd: the EAP server that decides, and says what the set may reach.

For authenticator.py. The issuer of the client's certificate decides; the word comes back as the
reply's User-Name, which hostapd tells.
"""

import os
import subprocess
import time

from tools.dot1xlab.namespace import find

SECRET = "between-switch-and-server"
_READY_SECONDS = 20

_CONFIGURATION = """
prefix = /usr
libdir = /usr/lib/freeradius
logdir = {folder}
run_dir = {folder}
pidfile = {folder}/radiusd.pid
max_request_time = 30
cleanup_delay = 5
max_requests = 256
hostname_lookups = no
log {{
  destination = stdout
}}
security {{
  allow_vulnerable_openssl = yes
}}
thread pool {{
  start_servers = 1
  max_servers = 4
  min_spare_servers = 1
  max_spare_servers = 2
}}
client switch {{
  ipaddr = 127.0.0.1
  secret = {secret}
  require_message_authenticator = yes
}}
modules {{
  eap {{
    default_eap_type = tls
    timer_expire = 60
    tls-config common {{
      private_key_file = {folder}/server.key
      certificate_file = {folder}/server.pem
      ca_file = {folder}/trusted.pem
      check_crl = yes
      tls_min_version = "1.2"
      tls_max_version = "1.2"
      ecdh_curve = "prime256v1"
      fragment_size = 1024
      cache {{
        enable = no
      }}
    }}
    tls {{
      tls = common
      virtual_server = certificate
    }}
  }}
}}
server switch {{
  listen {{
    type = auth
    ipaddr = 127.0.0.1
    port = {port}
  }}
  authorize {{
    eap
  }}
  authenticate {{
    eap
  }}
}}
server certificate {{
  authorize {{
    if (&TLS-Client-Cert-Issuer == "{factory}") {{
      update reply {{
        &User-Name := "quarantine"
      }}
    }}
    else {{
      update reply {{
        &User-Name := "open"
      }}
    }}
    update control {{
      &Auth-Type := Accept
    }}
  }}
}}
"""


class Radius:
    """A FreeRADIUS on loopback. port: where it listens."""

    port = 1812

    def __init__(self, folder, factory_name):
        """folder: with server.key, server.pem, trusted.pem; factory_name: the factory CA's name in
        OpenSSL's old form.
        """
        self._folder = folder
        text = _CONFIGURATION.format(
            folder=folder, secret=SECRET, port=self.port, factory=factory_name
        )
        for name, content in (
            ("radiusd.conf", text),
            ("dictionary", "$INCLUDE /usr/share/freeradius/dictionary\n"),
        ):
            with open(os.path.join(folder, name), "w") as f:
                f.write(content)
        self._process = None
        self.restart()

    def restart(self):
        """Start it, anew if it runs: it reads CRLs when it starts. Raises RuntimeError."""
        self.close()
        path = os.path.join(self._folder, "radius.log")
        at = os.path.getsize(path) if os.path.exists(path) else 0
        with open(path, "ab") as log:
            self._process = subprocess.Popen(
                [
                    find("freeradius"),
                    "-f",
                    "-xx",
                    "-l",
                    "stdout",
                    "-d",
                    self._folder,
                    "-n",
                    "radiusd",
                ],
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        end = time.monotonic() + _READY_SECONDS
        while time.monotonic() < end and self._process.poll() is None:
            with open(path, "rb") as log:
                log.seek(at)
                if b"Ready to process requests" in log.read():
                    return
            time.sleep(0.1)
        raise RuntimeError("freeradius does not start: see " + path)

    def close(self):
        """End it."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait()
            self._process = None
