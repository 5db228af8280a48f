"""TLS servers that we did not write, on loopback: OpenSSL's s_server, nginx, GnuTLS' gnutls-serv.

For host_tests/peers; with the keys of tls_world.World. Each is a context manager with `port`.
"""

import shutil
import socket
import subprocess
import time

# Where administrators' programs stand, which are not in everybody's PATH.
_PATH = "/usr/bin:/usr/sbin:/bin:/sbin"

_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/t1;
  proxy_temp_path {folder}/t2;
  fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4;
  scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {chain};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2;
    {more}
    root {folder}/pages;
    location = /who {{
      return 200 "$ssl_protocol $ssl_cipher $ssl_client_serial $ssl_client_s_dn";
    }}
  }}
}}
"""


def free_port():
    """Return a port of loopback that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


class _Server:
    """A program that listens on `port`; its output goes to `log`."""

    def __init__(self, command, port, log):
        self.port = port
        self._log = open(log, "wb")  # noqa: SIM115
        program = shutil.which(command[0], path=_PATH)
        assert program is not None, command[0] + " is not installed: tools/setup check"
        self._process = subprocess.Popen(
            [program, *map(str, command[1:])],
            stdin=subprocess.PIPE,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )
        end = time.monotonic() + 20
        while True:
            assert self._process.poll() is None, log.read_text(errors="replace")
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert time.monotonic() < end, "nothing listens"
                time.sleep(0.05)

    def __enter__(self):
        """Return the server."""
        return self

    def __exit__(self, *exception):
        """End it."""
        self._process.stdin.close()
        self._process.terminate()
        self._process.wait(10)
        self._log.close()


def openssl(world, *flags):
    """Return a running s_server that answers each GET with a page about the connection."""
    port = free_port()
    command = ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-www"]
    command += ["-cert", world.chain_file, "-cert_chain", world.issuing_file]
    command += ["-key", world.key_file, *flags]
    return _Server(command, port, world.folder / "s_server.log")


def nginx(world, folder, more=""):
    """Return a running nginx (TLS 1.2 only). more: directives; pages: folder/pages, and /who."""
    port = free_port()
    (folder / "pages").mkdir(exist_ok=True)
    path = folder / "nginx.conf"
    words = {"folder": folder, "port": port, "chain": world.chain_file, "key": world.key_file}
    path.write_text(_NGINX.format(more=more, **words))
    return _Server(["nginx", "-p", folder, "-c", path], port, folder / "nginx.out")


def gnutls(world, *flags, priority="NORMAL"):
    """Return a running gnutls-serv with a page about the connection.

    It listens on all addresses: only for a network namespace that has nothing but loopback.
    """
    port = free_port()
    command = ["gnutls-serv", "--http", "--port", port, "--priority", priority]
    command += ["--x509certfile", world.chain_file, "--x509keyfile", world.key_file, *flags]
    return _Server(command, port, world.folder / "gnutls.log")
