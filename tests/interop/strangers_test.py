"""What strangers tried on other servers of this field, tried on ours: one test for each class of advisory.

docs/RELIABILITY.md has the table of classes, promises and tests; classes of parsers are unit tests and fuzzers.
"""
import json
import os
import pathlib
import re
import tempfile

from harness import PROGRAM, ROOT, Process, Server, end_with_test, peer
from http_test import converse

# As a page of somebody else's site would.
ELSEWHERE = "http://elsewhere.example"


def ask(server: Server, method: str, path: str, body: bytes = b"", **headers) -> tuple:
    """(status, headers, body) of a request sent byte for byte: no client of ours tidies the path."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{server.http_port}", f"Connection: {'Upgrade, ' if 'Upgrade' in headers else ''}close",
             f"Content-Length: {len(body)}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items())]
    answer = converse(server.http_port, "\r\n".join(lines).encode() + b"\r\n\r\n" + body)
    head, _, rest = answer.partition(b"\r\n\r\n")
    fields = dict(line.lower().split(": ", 1) for line in head.decode().split("\r\n")[1:])
    return int(head.split()[1]), fields, rest


def marker() -> pathlib.Path:
    """A file that exists only if somebody was obeyed."""
    folder = tempfile.TemporaryDirectory(prefix="eyas-obeyed-")
    folder.kill = folder.cleanup
    end_with_test(folder)
    return pathlib.Path(folder.name) / "obeyed"


def test_commands_in_names_run_nowhere():
    server, obeyed = Server(), marker()
    for name in (f"live/$(touch {obeyed})", f"live/`touch {obeyed}`", f"live/a;touch {obeyed}", f"live/a|touch {obeyed}",
                 f"live/a\ntouch {obeyed}"):
        encoded = "".join(f"%{byte:02x}" if byte not in b"/abcdefghijklmnopqrstuvwxyz" else chr(byte) for byte in name.encode())
        for path in (f"/{encoded}.jpg", f"/{encoded}.flv", f"/{encoded}/index.m3u8", f"/{encoded}/whep", f"/api/v1/streams/{encoded}"):
            status, headers, _ = ask(server, "GET", path)
            # The page itself answers what could be a route of its own.
            assert status in (400, 404, 405) or "text/html" in headers["content-type"], (path, status)
        answer = ask(server, "POST", "/api/v1/pulls", json.dumps({"name": name, "url": f"rtmp://198.51.100.1/{name}"}).encode(),
                     Content_Type="application/json")
        assert answer[0] == 400, answer
        camera = peer("ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=64x64:rate=5:duration=9", "-f", "flv",
                      server.rtmp(name.replace("\n", "%0a")), timeout=8)
        assert camera.wait(8) != 0, f"{name} was taken"
    assert not obeyed.exists()
    assert server.get("/api/v1/streams")[2] == b'{"streams":[]}', server.get("/api/v1/streams")[2]


def test_paths_lead_out_of_no_folder():
    server = Server()
    secret = pathlib.Path(server.data).parent / f"eyas-secret-{os.getpid()}.txt"
    secret.write_text("of the operator")
    try:
        up = ["../", "..%2f", "%2e%2e/", "..%5c", "..%252f", "....//", "%c0%ae%c0%ae/", "..;/"]
        for step in up:
            for start in ("/", "/live/", "/live/alpha/", "/assets/", "/api/v1/streams/"):
                for goal in ("etc/passwd", secret.name):
                    status, headers, body = ask(server, "GET", start + step * 8 + goal)
                    told = b"root:" in body or b"of the operator" in body
                    assert not told, (start + step, status)
                    # The page itself answers routes of its own; a file it is not.
                    assert status in (400, 404) or "text/html" in headers["content-type"], (start + step, status, headers)
        for name in ("../../x", "..", "a/../../b", "/etc/passwd"):
            body = json.dumps({"name": f"live/{name}", "url": "rtmp://198.51.100.1/live/x"}).encode()
            assert ask(server, "POST", "/api/v1/pulls", body, Content_Type="application/json")[0] == 400, name
    finally:
        secret.unlink()


def test_pages_of_other_sites_command_nothing():
    server = Server({"demo.name": "live/demo"}, command="demo")
    server.wait_live("live/demo", 20)
    publisher = server.stream("live/demo")["publisher"]["session"]
    pull = json.dumps({"name": "live/theirs", "url": "rtmp://198.51.100.1/live/x"}).encode()
    # What a form or a script of another site can send without asking first.
    for path, body in (("/api/v1/streams/live/demo/reconnect", b""), ("/api/v1/pulls", pull), ("/api/v1/pushes", pull)):
        for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json"):
            status, headers, _ = ask(server, "POST", path, body, Origin=ELSEWHERE, Content_Type=kind)
            assert status in (403, 415), (path, kind, status)
            assert "access-control-allow-origin" not in headers, headers
        status, headers, _ = ask(server, "OPTIONS", path, Origin=ELSEWHERE, Access_Control_Request_Method="POST")
        assert "access-control-allow-methods" not in headers, headers
    assert ask(server, "GET", "/api/v1/streams/live/demo/reconnect")[0] == 405, "a picture's address may not command"
    status = ask(server, "GET", "/api/v1/ws", Origin=ELSEWHERE, Upgrade="websocket", Sec_WebSocket_Version="13",
                 Sec_WebSocket_Key="AAAAAAAAAAAAAAAAAAAAAA==")[0]
    assert status == 403, status
    assert json.loads(server.get("/api/v1/pulls")[2])["pulls"] == []
    assert server.stream("live/demo")["publisher"]["session"] == publisher


def test_a_rebound_name_reads_and_commands_nothing():
    server = Server({"http.names": "eyas.example"})

    def status(host: str, request: str, *headers: str) -> int:
        lines = [f"{request} HTTP/1.1", f"Host: {host}", "Connection: close", "Content-Length: 0", *headers]
        return int(converse(server.http_port, "\r\n".join(lines + ["", ""]).encode()).split()[1])

    for host, expected in ((f"127.0.0.1:{server.http_port}", 200), ("localhost", 200), ("eyas.example", 200), ("rebound.example", 421)):
        assert status(host, "GET /api/v1/streams", "Accept-Language: ko") == expected, host
    commands = ["Origin: http://rebound.example", "Content-Type: application/json"]
    assert status("rebound.example", "POST /api/v1/pulls", *commands) == 421
    assert status("rebound.example", "GET /api/v1/ws", commands[0], "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==") == 421
    assert status("metrics.example", "GET /metrics") == 200, "a collector is no page"


def test_nothing_that_was_asked_comes_back_as_a_page():
    server = Server()
    script = "<script>alert(1)</script>"
    encoded = "%3Cscript%3Ealert(1)%3C/script%3E"
    for path in (f"/api/v1/streams?callback={encoded}", f"/api/v1/info?jsonp={encoded}", f"/api/v1/{encoded}", f"/{encoded}",
                 f"/live/{encoded}.flv", f"/live/{encoded}/index.m3u8", f"/api/v1/streams/live/{encoded}"):
        status, headers, body = ask(server, "GET", path, Referer=script, User_Agent=script)
        kind = headers.get("content-type", "")
        assert "html" not in kind or script.encode() not in body, (path, kind, body[:200])
        assert headers.get("x-content-type-options") == "nosniff", (path, headers)
        if path.startswith("/api/v1/") and "?" in path:
            assert kind.startswith("application/json") and body.startswith(b"{"), (path, kind, body[:80])


def test_no_secret_has_a_default():
    process = Process([PROGRAM, "check-config", "--print"], timeout=20)
    assert process.wait(20) == 0
    found = re.findall(r"^\s*#?\s*(\S*(?:secret|password|token|passphrase|api_key|private)\S*):\s*(.*)$", process.output,
                       re.MULTILINE | re.IGNORECASE)
    for key, value in found:
        assert value.strip() in ("", '""'), f"{key} has a default: {value}"
    texts = "".join(path.read_text(errors="replace") for path in (ROOT / "src").rglob("*.cc") if not path.stem.endswith("_test"))
    assert not re.search(r"BEGIN (?:RSA |EC )?PRIVATE KEY", texts), "a key lies in the source"


def test_targets_cannot_be_poisoned():
    server, obeyed = Server(), marker()
    poison = [f"exec:touch {obeyed}", "file:///etc/passwd", f"pipe:{obeyed}", "concat:/etc/passwd", f"rtmp://198.51.100.1/a\nurl: file://{obeyed}",
              f"rtmp://198.51.100.1/live/x\r\n- url: exec:{obeyed}", "http://169.254.169.254/latest/meta-data.flv",
              "rtmp://127.0.0.1:22/live/x", "http://[::1]:1/x.flv", "http://0.0.0.0:80/x.flv", "rtmp://198.51.100.1/live/x\x00y", "javascript:alert(1)"]
    kept = []
    for url in poison:
        for path, name in (("/api/v1/pulls", "name"), ("/api/v1/pushes", "stream")):
            status, _, answer = ask(server, "POST", path, json.dumps({name: "live/alpha", "url": url}).encode(), Content_Type="application/json")
            if status == 201:  # well formed; the policy for dialling stops it, and says so
                kept.append(url)
            else:
                assert status in (400, 409), (url, status, answer)
    assert not [url for url in kept if not url.startswith(("http://", "rtmp://")) or "\n" in url or "\x00" in url], kept
    assert not obeyed.exists()
    for file in pathlib.Path(server.data).rglob("*"):
        if file.is_file():
            assert b"exec:" not in file.read_bytes() and b"file:" not in file.read_bytes(), file


def test_doors_are_open_to_this_machine_only():
    server = Server()
    info = json.loads(server.get("/api/v1/info")[2])["listen"]
    assert all(address == "" or address.startswith("127.0.0.1:") for address in info.values() if isinstance(address, str)), info
    process = Process([PROGRAM, "check-config", "--print"], timeout=20)
    assert process.wait(20) == 0
    listens = re.findall(r"^\s*listen: (.*)$", process.output, re.MULTILINE)
    assert len(listens) > 5
    for address in listens:
        assert address.strip('"') == "" or address.strip('"').startswith("127.0.0.1:"), f"open to the world by default: {address}"
