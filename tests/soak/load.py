"""What a soak puts on a server: publishers that stay and that die, viewers that watch closely, and strangers."""
import json
import random
import socket
import struct
import subprocess
import threading
import time
import urllib.error
import urllib.request

import harness

PICTURE_MS = 40
CLIP = ("-f", "lavfi", "-i", f"testsrc2=size=320x180:rate={1000 // PICTURE_MS}", "-f", "lavfi", "-i", "sine=sample_rate=48000",
        "-t", "20", "-c:v", "libx264", "-preset", "veryfast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p",
        "-b:v", "300k", "-c:a", "aac", "-b:a", "64k")


def make_clip(path):
    harness.run("ffmpeg", "-nostdin", "-v", "error", "-y", *CLIP, "-f", "flv", path, timeout=60)


def publish(clip, seconds, *output):
    """ffmpeg sending the clip again and again; bitstreams of a kind that the format wants are made by it."""
    return harness.peer("ffmpeg", "-nostdin", "-v", "error", "-re", "-stream_loop", "-1", "-i", clip, "-c", "copy", *output,
                        timeout=seconds)


class Loop(threading.Thread):
    """Calls `turn()` every so often until it is told to end; what a turn raises is kept as a problem."""

    def __init__(self, turn, every_s):
        super().__init__(daemon=True)
        self.turn, self.every_s = turn, every_s
        self.turns, self.problems = 0, []
        self.over = threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(self.every_s):
            try:
                self.turn()
                self.turns += 1
            except Exception as problem:
                self.problems.append(repr(problem)[:300])

    def end(self):
        self.over.set()
        self.join(30)


class FlvViewer(threading.Thread):
    """Watches one stream over HTTP-FLV to the end and counts what is missing."""

    def __init__(self, server, name):
        super().__init__(daemon=True)
        self.name, self.pictures, self.lost, self.ended, self.over = name, 0, 0, "", False
        self.connection = socket.create_connection(("127.0.0.1", server.http_port), timeout=20)
        self.connection.sendall(f"GET /{name}.flv HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        self.bytes = self.connection.makefile("rb", buffering=65536)
        self.start()

    def run(self):
        try:
            head = self.bytes.readline()
            if b" 200 " not in head:
                raise OSError(f"answered {head!r}")
            while self.bytes.readline().strip():
                pass
            self.bytes.read(13)
            last = None
            while not self.over:
                kind, size, low, high = struct.unpack(">B3s3sB", self.bytes.read(8))
                self.bytes.read(3)
                body = self.bytes.read(int.from_bytes(size, "big") + 4)
                if kind != 9 or len(body) < 6 or body[1] != 1:
                    continue
                at = high << 24 | int.from_bytes(low, "big")
                if last is not None:
                    # Times are whole milliseconds, and a joint of the looped clip may be half a picture off.
                    self.lost += max(0, round((at - last) / PICTURE_MS - 0.4) - 1)
                last = at
                self.pictures += 1
        except (OSError, struct.error, ValueError) as problem:
            if not self.over:
                self.ended = repr(problem)

    def end(self):
        self.over = True
        self.connection.close()


class SlowViewer:
    """Asks for a stream and takes next to nothing of it."""

    def __init__(self, server, name):
        self.server, self.name, self.connection, self.dropped = server, name, None, 0

    def turn(self):
        if self.connection is None:
            self.connection = socket.create_connection(("127.0.0.1", self.server.http_port), timeout=5)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self.connection.sendall(f"GET /{self.name}.flv HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        try:
            taken = self.connection.recv(1)
        except OSError:
            taken = b""
        if not taken:
            self.connection.close()
            self.connection, self.dropped = None, self.dropped + 1


class Strangers:
    """One short visit after another, of every kind: viewers that come and go, and those who speak nonsense."""

    def __init__(self, server, names):
        self.server, self.names = server, names
        self.visits = [self.flv, self.ts, self.hls, self.dash, self.snapshot, self.data, self.rtsp, self.api, self.metrics,
                       self.wrong_protocol, self.nothing, self.bad_offer, self.absent]

    def turn(self):
        visit, name = random.choice(self.visits), random.choice(self.names)
        try:
            visit(name)
        except Exception as problem:
            raise RuntimeError(f"{visit.__name__} of {name}: {problem!r}") from None

    def get(self, path, most=200_000):
        try:
            with urllib.request.urlopen(self.server.http(path), timeout=20) as answer:
                return answer.read(most)
        except urllib.error.HTTPError as answer:
            assert answer.code in (400, 404, 426, 503), (path, answer.code)
            return b""

    def look(self, path):
        """Takes what comes within two seconds."""
        with socket.create_connection(("127.0.0.1", self.server.http_port), timeout=2) as connection:
            connection.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
            end = time.monotonic() + 2
            try:
                while time.monotonic() < end and connection.recv(65536):
                    pass
            except TimeoutError:
                pass

    def flv(self, name):
        self.look(f"/{name}.flv")

    def ts(self, name):
        self.look(f"/{name}.ts")

    def hls(self, name):
        for line in self.get(f"/{name}/index.m3u8").decode().splitlines():
            if line and not line.startswith("#"):
                media = self.get(f"/{name}/{line}").decode()
                parts = [part for part in media.splitlines() if part and not part.startswith("#")]
                folder = f"/{name}/{line}".rsplit("/", 1)[0]
                if parts:
                    self.get(f"{folder}/{parts[-1]}")

    def dash(self, name):
        self.get(f"/{name}/index.mpd")

    def snapshot(self, name):
        self.get(f"/{name}.jpg")

    def data(self, name):
        self.look(f"/{name}/data")

    def api(self, name):
        json.loads(self.get(f"/api/v1/streams/{name}") or b"{}")

    def metrics(self, _):
        assert b"eyas_" in self.get("/metrics", 1_000_000)

    def absent(self, _):
        self.get(f"/live/nobody{random.randrange(10**9)}/index.m3u8")

    def speak(self, port, words):
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(words)
            connection.settimeout(1)
            try:
                connection.recv(4096)
            except OSError:
                pass

    def rtsp(self, name):
        self.speak(self.server.rtsp_port, f"DESCRIBE {self.server.rtsp(name)} RTSP/1.0\r\nCSeq: 1\r\n\r\n".encode())

    def wrong_protocol(self, _):
        port = random.choice([self.server.http_port, self.server.rtmp_port, self.server.rtsp_port])
        self.speak(port, random.choice([b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"\x03" + bytes(1536), b"\x16\x03\x01\x02\x00\x01",
                                        random.randbytes(500)]))

    def nothing(self, _):
        self.speak(self.server.rtmp_port, b"")

    def bad_offer(self, name):
        request = urllib.request.Request(self.server.http(f"/{name}/whep"), b"v=0\r\n", {"Content-Type": "application/sdp"})
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except urllib.error.HTTPError as answer:
            assert answer.code == 400, answer.code


def kill_a_worker(server):
    """Kills one of the server's workers as a crash would."""
    children = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True).stdout.split()
    if children:
        subprocess.run(["kill", "-9", random.choice(children)], capture_output=True)
