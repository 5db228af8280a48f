"""The lab CA's HTTP and HTTPS server: SCEP, CRLs, OCSP and the NDES admin page.

For `labca serve`; RFC 8894 section 4, RFC 9112, RFC 6960 appendix A.
"""

import base64
import binascii
import http.server
import ssl
import tempfile
import threading
import time
import urllib.parse

from cryptography.hazmat.primitives import hashes, serialization

from tools.lab import wirefaults
from tools.lab.responder import Answer, refuse

MAX_BODY = 1 << 20
LOCAL_NAMES = ("127.0.0.1", "10.0.2.2", "localhost", "::1")


class _Out:
    """What a wire fault writes to: the connection's file, its socket and the request's URL."""

    def __init__(self, handler, url):
        self.connection = handler.connection
        self.url = url
        self._file = handler.wfile

    def write(self, data):
        self._file.write(data)

    def flush(self):
        self._file.flush()


class _Gate:
    """Lets at most `capacity` requests a second pass; None lets all pass."""

    def __init__(self, capacity):
        self._capacity = capacity
        self._lock = threading.Lock()
        self._second, self._count = 0, 0

    def admit(self):
        if self._capacity is None:
            return True
        with self._lock:
            second = int(time.monotonic())
            if second != self._second:
                self._second, self._count = second, 0
            self._count += 1
            return self._count <= self._capacity


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lab = None  # set per server

    def do_GET(self):  # noqa: N802 - the name http.server asks for
        self._serve(b"")

    def do_POST(self):  # noqa: N802
        length = self.headers.get("Content-Length", "")
        if not length.isdigit() or int(length) > MAX_BODY:
            self._send(refuse(413, "the request is too large"), None)
            return
        self._serve(self.rfile.read(int(length)))

    def _serve(self, body):
        lab = self.lab
        if lab.latency:
            time.sleep(lab.latency / 1000)
        parts = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(parts.query, keep_blank_values=True)
        operation = query.get("operation", [""])[0]
        if not lab.gate.admit():
            answer = refuse(503, "busy")
            answer.headers["Retry-After"] = "5"
        elif parts.path in lab.profile.paths:
            answer = self._scep(operation, query, body)
        else:
            operation = ""
            answer = lab.other(self.command, parts.path, body, self._base())
        self._send(answer, operation)

    def _base(self):
        scheme = "https" if self.lab.tls else "http"
        return f"{scheme}://{self.headers.get('Host', 'localhost')}"

    def _scep(self, operation, query, body):
        lab = self.lab
        message = body
        if self.command == "GET" and operation == "PKIOperation":
            # Clients that do not percent-encode send a bare `+`, which a query reads as a blank;
            # micromdm's sends the URL-safe alphabet (seen).
            text = query.get("message", [""])[0].replace(" ", "+")
            text = text.replace("-", "+").replace("_", "/")
            try:
                message = base64.b64decode(text.encode(), validate=True)
            except (binascii.Error, ValueError):
                return refuse(400, "the message is not base64")
        # CRL and OCSP addresses are plain HTTP in every PKI: checking them needs no TLS.
        base = f"http://{self.headers.get('Host', 'localhost')}"
        if lab.tls:
            host = self.headers.get("Host", "localhost").rsplit(":", 1)[0]
            base = f"http://{host}:{lab.plain_port}"
        answer = lab.responder.answer(operation, message, self.command, base)
        lab.state.log(
            operation=operation,
            method=self.command,
            **{
                name: answer.log.get(name)
                for name in (
                    "message_type", "transaction_id", "signer_subject", "signer_serial", "digest",
                    "cipher", "result", "issued_serial",
                )
            },
        )  # fmt: skip
        return answer

    def _send(self, answer, operation):
        write = self.lab.wire_for(operation) or wirefaults.honest
        try:
            write(_Out(self, self._base() + self.path), answer)
            self.wfile.flush()
        except (OSError, ValueError):
            pass
        # One exchange a connection: clients differ in keep-alive, the lab stays simple.
        self.close_connection = True

    def log_message(self, *args):
        """Stay silent: `labca log` is the log."""


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Stay silent: a client that hangs up is a test, not an error of the lab."""


class Lab:
    """A running lab CA: its parts and its listening sockets."""

    def __init__(self, state, authority, profile, policy, responder, fault):
        """Keep the parts; nothing listens yet."""
        self.state = state
        self.authority = authority
        self.profile = profile
        self.policy = policy
        self.responder = responder
        self.fault = fault
        self.latency = 0
        self.gate = _Gate(None)
        self.wire, self.wire_operation = None, None
        self.tls = False
        self.port = self.plain_port = None
        self._servers = []

    def set_capacity(self, capacity):
        """Refuse with 503 and Retry-After what exceeds `capacity` requests a second."""
        self.gate = _Gate(capacity)

    def set_wire_fault(self, write, operation):
        """Let `write` (wirefaults) send the answers of `operation` (`all` for every one)."""
        self.wire, self.wire_operation = write, operation

    def wire_for(self, operation):
        """Return the writer for an operation's answer, or None for the honest one."""
        if self.wire is not None and self.wire_operation in ("all", operation):
            return self.wire
        return None

    def listen(self, host, port, tls=False):
        """Bind and serve in threads; with `tls`, CRL and OCSP get a plain port beside."""
        self.tls = tls
        handler = type("Handler", (_Handler,), {"lab": self})
        server = _Server((host, port), handler)
        self.port = self.plain_port = server.server_address[1]
        if tls:
            server.socket = self._context(host).wrap_socket(
                server.socket, server_side=True, do_handshake_on_connect=False
            )
            plain = _Server((host, 0), handler)
            self.plain_port = plain.server_address[1]
            self._servers.append(plain)
        self._servers.append(server)
        for each in self._servers:
            threading.Thread(target=each.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        """Stop listening."""
        for server in self._servers:
            server.shutdown()
            server.server_close()

    def _context(self, host):
        names = LOCAL_NAMES if host in LOCAL_NAMES else (*LOCAL_NAMES, host)
        certificate, key = self.authority.server_certificate(names)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if self.profile.tls == "1.0":
            context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1
        chain = [certificate, self.authority.ca().certificate]
        with tempfile.NamedTemporaryFile() as file:
            for each in chain:
                file.write(each.public_bytes(serialization.Encoding.PEM))
            file.write(
                key.private_bytes(
                    serialization.Encoding.PEM,
                    serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption(),
                )
            )
            file.flush()
            context.load_cert_chain(file.name)
        return context

    def other(self, method, path, body, base):
        """Answer what is not SCEP: CRLs, OCSP, the CA's certificate, the NDES admin page."""
        if path.startswith("/crl/") and path[5:].isdigit():
            if self.authority.ca(int(path[5:])) is None:
                return refuse(404, "no such CA")
            crl = self.fault.crl(self.authority, int(path[5:]))
            return Answer(200, "application/pkix-crl", crl)
        if path == "/ocsp" and method == "POST":
            answer = self.fault.ocsp(self.authority, body)
            return Answer(200, "application/ocsp-response", answer)
        if path.startswith("/ocsp/"):
            request = base64.b64decode(urllib.parse.unquote(path[6:]) + "==")
            answer = self.fault.ocsp(self.authority, request)
            return Answer(200, "application/ocsp-response", answer)
        if path == "/ca.crt":
            return Answer(200, "application/pkix-cert", self.authority.ca().der)
        if path.rstrip("/") == "/certsrv/mscep_admin" and self.policy.one_time:
            return Answer(200, "text/html", self._admin_page().encode())
        return refuse(404, "nothing is here")

    def _admin_page(self):
        """Return NDES' page: thumbprint grouped by 8 digits and a fresh one-time challenge."""
        ca = self.authority.ca().certificate
        digest = {"md5": hashes.MD5, "sha1": hashes.SHA1}.get(
            self.profile.thumbprint, hashes.SHA256
        )
        thumbprint = ca.fingerprint(digest()).hex().upper()
        groups = " ".join(thumbprint[i : i + 8] for i in range(0, len(thumbprint), 8))
        challenge = self.state.new_challenge(self.profile.challenge_digits)
        return (
            "<HTML><BODY><P>The thumbprint (hash value) for the CA certificate is: "
            f"<B>{groups}</B></P><P>The enrollment challenge password is: <B>{challenge}</B></P>"
            "<P>This password can be used only once and will expire within 60 minutes.</P>"
            "</BODY></HTML>\n"
        )
