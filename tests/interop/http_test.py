"""HTTP, TLS and the live updates with curl, openssl and raw bytes: versions, limits, slow peers, reload."""
import base64
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import tempfile
import time

from harness import Server, free_port, need, peer, run, wait_for

OPENAPI = "/api/v1/openapi.json"
HEADER_TIMEOUT_MS = 300
TEXT_FRAME = 0x81


def certificate(folder: pathlib.Path) -> tuple:
    """A new certificate signed by itself; its file and its key's."""
    need("openssl")
    cert, key = folder / "cert.pem", folder / "key.pem"
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
        "-out", cert, "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1")
    return cert, key


class TlsServer(Server):
    """A server with HTTPS and RTMPS, and a configuration file that a test may change."""

    def __init__(self, settings=None, config: str = "log: {level: info}\n"):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="eyas-tls-"))
        self.certificate, key = certificate(self.folder)
        self.https_port, self.rtmps_port = free_port(), free_port()
        self.config = self.folder / "eyas.yaml"
        self.config.write_text(config)
        super().__init__({"https.listen": f"127.0.0.1:{self.https_port}", "rtmps.listen": f"127.0.0.1:{self.rtmps_port}",
                          "tls.certificate": self.certificate, "tls.key": key, **(settings or {})}, config=self.config)

    def kill(self) -> None:
        super().kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def https(self, path: str) -> str:
        return f"https://localhost:{self.https_port}{path}"

    def curl(self, *arguments) -> str:
        return run("curl", "-sS", "--cacert", self.certificate, *arguments)


def converse(port: int, request: bytes, timeout: float = 10) -> bytes:
    """Everything the server says to `request` until it closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as connection:
        connection.sendall(request)
        answer = b""
        while True:
            try:
                piece = connection.recv(65536)
            except ConnectionResetError:
                return answer
            if not piece:
                return answer
            answer += piece


def status_of(port: int, request: bytes) -> int:
    answer = converse(port, request)
    found = re.match(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert found, answer[:200]
    return int(found[1])


def test_curl_speaks_both_versions():
    server = TlsServer()
    for option, version in (("--http1.1", "1.1"), ("--http2", "2")):
        shown = server.curl(option, "-w", "\n%{http_version} %{http_code}", server.https("/api/v1/info"))
        body, _, facts = shown.rpartition("\n")
        assert facts == f"{version} 200", facts
        assert json.loads(body)["listen"]["https"].endswith(str(server.https_port))
    assert run("curl", "-sS", "--http1.1", server.http("/healthz"))


def test_curl_fetches_a_hundred_things_over_one_http2_connection():
    server = TlsServer()
    shown = server.curl("--http2", "--parallel", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n",
                        server.https("/api/v1/info?n=[1-100]"))
    answers = re.findall(r"^(\d{3}) (\d+)$", shown, re.MULTILINE)  # the progress meter stands between them
    assert [status for status, _ in answers] == ["200"] * 100, shown
    assert sum(int(connections) for _, connections in answers) == 1, shown


def test_old_tls_is_refused():
    server = TlsServer()
    old = peer("openssl", "s_client", "-connect", f"localhost:{server.https_port}", "-tls1_1", "-cipher",
               "ALL:@SECLEVEL=0", timeout=20)
    assert old.wait(10) != 0 and "Cipher is (NONE)" in old.output, old.output
    for version in ("-tls1_2", "-tls1_3"):
        assert "Verification: OK" in run("openssl", "s_client", version, "-connect", f"localhost:{server.https_port}",
                                         "-CAfile", server.certificate)


def test_pipelined_requests_are_answered_in_order():
    server = Server()
    head = b" HTTP/1.1\r\nHost: localhost\r\n"
    answer = converse(server.http_port, b"GET /healthz" + head + b"\r\n" + b"GET /api/v1/info" + head + b"\r\n" +
                      b"GET /api/v1/streams/live/nobody" + head + b"Connection: close\r\n\r\n")
    assert re.findall(rb"HTTP/1\.1 (\d{3}) ", answer) == [b"200", b"200", b"404"], answer
    assert answer.index(b'"started"') < answer.index(b'"not_found"'), answer


def test_ranges_of_the_page():
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "index.html").write_text("0123456789" * 10)
        server = Server({"web.root": folder})
        page = server.http("/index.html")
        shown = run("curl", "-sS", "-i", "-r", "10-14", page)
        assert " 206 " in shown.splitlines()[0] and "bytes 10-14/100" in shown and shown.endswith("01234"), shown
        assert run("curl", "-sS", "-r", "-5", page) == "56789"
        assert run("curl", "-sS", "-o", "/dev/null", "-w", "%{http_code}", "-r", "200-300", page) == "416"


def test_too_long_requests_are_refused_by_their_own_status():
    server = Server({"http.body_bytes_max": 1000})
    host = b"Host: localhost\r\nConnection: close\r\n"
    port = server.http_port
    assert status_of(port, b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n" + host + b"\r\n") == 414
    assert status_of(port, b"GET / HTTP/1.1\r\n" + host + b"X-Long: " + b"a" * 20000 + b"\r\n\r\n") == 431
    assert status_of(port, b"GET / HTTP/1.1\r\n" + host + b"X-Many: 1\r\n" * 200 + b"\r\n") == 431
    assert status_of(port, b"POST /api/v1/streams/live/a/reconnect HTTP/1.1\r\n" + host +
                     b"Content-Length: 1001\r\n\r\n" + b"a" * 1001) == 413


def test_a_head_that_never_ends_is_ended():
    server = Server({"http.header_timeout_ms": HEADER_TIMEOUT_MS})
    started = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=10) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\n")
        connection.settimeout(HEADER_TIMEOUT_MS / 1000 / 10)

        def ended():
            try:
                connection.sendall(b"X-Slow: 1\r\n")
                answer = connection.recv(4096)
                return answer == b"" or b" 408 " in answer
            except TimeoutError:
                return False
            except OSError:
                return True
        wait_for(ended, 10, "the end of the slow request")
    assert time.monotonic() - started >= HEADER_TIMEOUT_MS / 1000


def test_live_updates_over_websocket():
    server = Server()
    key = base64.b64encode(os.urandom(16)).decode()
    lines = ["GET /api/v1/ws HTTP/1.1", "Host: localhost", "Upgrade: websocket", "Connection: Upgrade",
             f"Sec-WebSocket-Key: {key}", "Sec-WebSocket-Version: 13", "", ""]
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=10) as connection:
        connection.sendall("\r\n".join(lines).encode())
        answer = connection.makefile("rb")
        assert b" 101 " in answer.readline()
        while answer.readline() != b"\r\n":
            pass
        for _ in range(3):  # at connect, and each second
            first, length = answer.read(2)
            assert first == TEXT_FRAME, first
            if length == 126:
                length = int.from_bytes(answer.read(2), "big")
            message = json.loads(answer.read(length))
            assert message["type"] == "streams" and message["streams"] == [] and message["now"], message


def serial(server: TlsServer) -> int:
    """The serial number of the certificate that the server shows."""
    need("openssl")
    pem = ssl.get_server_certificate(("127.0.0.1", server.https_port))
    file = server.folder / "shown.pem"
    file.write_text(pem)
    return int(run("openssl", "x509", "-in", file, "-noout", "-serial").split("=")[1], 16)


def test_sighup_reloads_the_certificate_and_what_may_change():
    server = TlsServer()
    before = serial(server)
    certificate(server.folder)
    server.config.write_text("log: {level: debug}\nhttp: {header_timeout_ms: 5000}\nio: {threads: 3}\n")
    server.process.signal(signal.SIGHUP)
    wait_for(lambda: serial(server) != before, 10, "the new certificate")
    wait_for(lambda: "tls.reloaded" in server.output, 10, "the log of the reload")
    assert re.search(r"config\.changed.*log\.level.*debug", server.output), server.output
    assert re.search(r"config\.changed.*http\.header_timeout_ms.*5000", server.output), server.output
    assert re.search(r"config\.needs_restart.*io\.threads.*3", server.output), server.output


def test_sighup_with_an_error_keeps_the_configuration():
    server = TlsServer()
    server.config.write_text("log: {level: deafening}\n")
    server.process.signal(signal.SIGHUP)
    wait_for(lambda: "config.kept" in server.output, 10, "the log of the refusal")
    assert server.get("/readyz")[0] == 200


def test_ffmpeg_publishes_over_rtmps():
    server = TlsServer()
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
         "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p", "-f", "flv", "-tls_verify", "0",
         f"rtmps://localhost:{server.rtmps_port}/live/alpha")
    facts = server.wait_live("live/alpha", 20)
    assert facts["publisher"]["protocol"] in ("rtmp", "rtmps"), facts


SOCKET_PAGE = '<!doctype html><title>A WebSocket</title><script src="socket.js"></script>'
SOCKET_SCRIPT = """const socket = new WebSocket(`wss://${location.host}/api/v1/ws`);
socket.onmessage = (event) => {
  const hop = performance.getEntriesByType("navigation")[0].nextHopProtocol;
  console.log(`heard ${JSON.parse(event.data).type} on a page that came over ${hop}`);
};
"""


def test_chromium_opens_its_websocket_on_the_http2_connection():
    with tempfile.TemporaryDirectory() as folder:
        (pathlib.Path(folder) / "index.html").write_text(SOCKET_PAGE)
        (pathlib.Path(folder) / "socket.js").write_text(SOCKET_SCRIPT)
        server = TlsServer({"web.root": folder})
        browser = peer("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--ignore-certificate-errors",
                       "--enable-logging=stderr", f"--user-data-dir={folder}/profile", "--remote-debugging-port=0",
                       server.https("/"), timeout=60)
        wait_for(lambda: "heard streams on a page that came over h2" in browser.output, 40, "the page's first message")
        metrics = server.get("/metrics")[2].decode()
        browser.kill()
        browser.wait(10)
    assert re.search(r"^eyas_http_websockets_total 1$", metrics, re.MULTILINE), metrics
    # HTTP/1.1 would have answered 101.
    assert re.search(r'^eyas_http_responses_total\{class="1xx"\} 0$', metrics, re.MULTILINE), metrics
