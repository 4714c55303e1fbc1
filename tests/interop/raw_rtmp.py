"""An RTMP publisher that sends what it is told, right or wrong, and the FLV tags to tell it."""
import os
import socket
import struct
import threading
import time
import typing

AUDIO, VIDEO, SCRIPT = 8, 9, 18
_SET_CHUNK_SIZE, _COMMAND = 1, 20
_CHUNK_BYTES = 1 << 20
_HANDSHAKE_BYTES = 1536
_FILE_HEADER_BYTES, _TAG_HEADER_BYTES, _BACK_POINTER_BYTES = 9, 11, 4


class Tag(typing.NamedTuple):
    """An FLV tag, which is an RTMP message too; `time` in milliseconds."""
    kind: int
    time: int
    body: bytes


def read_flv(data: bytes) -> list:
    """The tags of an FLV file."""
    tags, at = [], _FILE_HEADER_BYTES + _BACK_POINTER_BYTES
    while at + _TAG_HEADER_BYTES <= len(data):
        kind, size = data[at], int.from_bytes(data[at + 1:at + 4], "big")
        moment = int.from_bytes(data[at + 4:at + 7], "big") | data[at + 7] << 24
        tags.append(Tag(kind, moment, data[at + _TAG_HEADER_BYTES:at + _TAG_HEADER_BYTES + size]))
        at += _TAG_HEADER_BYTES + size + _BACK_POINTER_BYTES
    return tags


def amf0(value) -> bytes:
    """An AMF0 value: number, boolean, string, None or object."""
    if isinstance(value, bool):
        return bytes([1, value])
    if isinstance(value, (int, float)):
        return b"\x00" + struct.pack(">d", value)
    if isinstance(value, str):
        return b"\x02" + _name(value)
    if value is None:
        return b"\x05"
    return b"\x03" + b"".join(_name(key) + amf0(part) for key, part in value.items()) + b"\x00\x00\x09"


def _name(text: str) -> bytes:
    return struct.pack(">H", len(text)) + text.encode()


def _chunks(kind: int, moment: int, stream: int, body: bytes) -> bytes:
    """A message as a chunk of type 0 and as many of type 3 as it takes [RTMP 1.0 5.3.1]."""
    chunk_stream = {_SET_CHUNK_SIZE: 2, _COMMAND: 3, AUDIO: 4, VIDEO: 6}.get(kind, 5)
    extended = struct.pack(">I", moment) if moment >= 0xFFFFFF else b""
    head = bytes([chunk_stream]) + min(moment, 0xFFFFFF).to_bytes(3, "big") + len(body).to_bytes(3, "big")
    head += bytes([kind]) + struct.pack("<I", stream) + extended
    pieces = [body[at:at + _CHUNK_BYTES] for at in range(0, len(body), _CHUNK_BYTES)] or [b""]
    return head + (bytes([0xC0 | chunk_stream]) + extended).join(pieces)


class RawPublisher:
    """Publishes `app/stream` on a loopback port. Tags go out as they are given."""

    def __init__(self, port: int, name: str):
        app, _, stream = name.partition("/")
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(b"\x03" + bytes(8) + os.urandom(_HANDSHAKE_BYTES - 8))
        answer = self._exactly(1 + 2 * _HANDSHAKE_BYTES)
        self._socket.sendall(answer[1:1 + _HANDSHAKE_BYTES])
        self._send(_SET_CHUNK_SIZE, 0, 0, struct.pack(">I", _CHUNK_BYTES))
        self._command(0, "connect", 1, {"app": app, "tcUrl": f"rtmp://127.0.0.1:{port}/{app}"})
        self._command(0, "createStream", 2, None)
        self._command(1, "publish", 3, None, stream, "live")
        heard = b""
        while b"NetStream.Publish.Start" not in heard:
            piece = self._socket.recv(4096)
            assert piece, heard
            heard += piece
        threading.Thread(target=self._drain, daemon=True).start()

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            piece = self._socket.recv(count - len(data))
            assert piece, "the server closed the connection in the handshake"
            data += piece
        return data

    def _drain(self):
        self._socket.settimeout(None)
        try:
            while self._socket.recv(4096):
                pass
        except OSError:
            pass

    def _send(self, kind: int, moment: int, stream: int, body: bytes) -> None:
        self._socket.sendall(_chunks(kind, moment, stream, body))

    def _command(self, stream: int, *values) -> None:
        self._send(_COMMAND, 0, stream, b"".join(amf0(value) for value in values))

    def send(self, tag: Tag) -> None:
        self._send(tag.kind, tag.time & 0xFFFFFFFF, 1, tag.body)

    def close(self) -> None:
        try:
            self._socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self._socket.close()


class Flight:
    """A raw publisher's thread, which sends tags when their time has come, later by `delay_s`.

    A camera is a clock: tags leave at the pace of their times. `kill` ends it, as the harness ends peers.
    """

    def __init__(self, port: int, name: str, tags):
        self.delay_s = 0.0
        self.failure = None
        self._publisher = RawPublisher(port, name)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._fly, args=(tags,), daemon=True)
        self._thread.start()

    def _fly(self, tags) -> None:
        started = time.monotonic()
        try:
            for tag in tags:
                while (wait := started + tag.time / 1000 + self.delay_s - time.monotonic()) > 0:
                    if self._over.wait(min(wait, 0.05)):
                        return
                self._publisher.send(tag)
        except OSError as failure:
            self.failure = failure

    def kill(self) -> None:
        self._over.set()
        self._thread.join(5)
        self._publisher.close()
