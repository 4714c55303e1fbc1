"""HTTP-FLV and WebSocket-FLV with other people's software, and byte by byte."""
import base64
import os
import socket

from harness import Server, run
from players import vlc_plays
from rtmp_test import FRAMES_LEAST, frames_decoded, publish

BINARY_FRAME = 0x82


def test_ffmpeg_plays_http_flv():
    server = Server()
    publish(server)
    assert frames_decoded(server.http("/live/alpha.flv")) >= FRAMES_LEAST


def test_mpv_plays_http_flv():
    server = Server()
    publish(server)
    output = run("mpv", "--no-config", "--vo=null", "--ao=null", f"--frames={FRAMES_LEAST}",
                 server.http("/live/alpha.flv"), timeout=30)
    assert "End of file" in output, output[-2000:]


def test_vlc_plays_http_flv():
    server = Server()
    publish(server)
    vlc_plays(server.http("/live/alpha.flv"), 3)


def request(server, more=()):
    """A connection that has asked for the stream; its answer's head and a file of what follows."""
    connection = socket.create_connection(("127.0.0.1", server.http_port), timeout=10)
    lines = ["GET /live/alpha.flv HTTP/1.1", "Host: localhost", "Accept-Encoding: gzip", *more, "", ""]
    connection.sendall("\r\n".join(lines).encode())
    answer = connection.makefile("rb")
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = answer.readline()
        assert line, head
        head += line
    return connection, head.decode().lower(), answer


def test_head_of_the_answer_and_first_bytes():
    server = Server()
    publish(server)
    _, head, answer = request(server)
    assert " 200 " in head and "content-type: video/x-flv" in head and "cache-control: no-store" in head, head
    assert "access-control-allow-origin: *" in head and "content-encoding" not in head and "chunked" not in head, head
    assert answer.read(4) == b"FLV\x01"


def test_websocket_sends_binary_messages():
    server = Server()
    publish(server)
    key = base64.b64encode(os.urandom(16)).decode()
    _, head, answer = request(server, ["Upgrade: websocket", "Connection: Upgrade", f"Sec-WebSocket-Key: {key}",
                                       "Sec-WebSocket-Version: 13"])
    assert " 101 " in head, head
    for message in range(5):
        first, length = answer.read(2)
        assert first == BINARY_FRAME, first
        if length == 126:
            length = int.from_bytes(answer.read(2), "big")
        elif length == 127:
            length = int.from_bytes(answer.read(8), "big")
        payload = answer.read(length)
        if message == 0:
            assert payload.startswith(b"FLV\x01")
        else:  # one tag: 11 bytes, the body, and its size
            assert len(payload) == 11 + int.from_bytes(payload[1:4], "big") + 4


def test_no_such_stream_is_404_as_json():
    status, headers, body = Server().get("/live/nobody.flv")
    assert status == 404 and headers["Content-Type"].startswith("application/json") and b'"not_found"' in body, body
