"""What interop tests are made of: a server on free ports, peers with time limits, waiting for conditions.

Everything started here ends with its test. A test is a function `test_*()` in a file `*_test.py`; it raises
AssertionError to fail and Skip to say why it cannot run on this machine.
"""
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAM = pathlib.Path(os.environ.get("INTEROP_PROGRAM", ROOT / "build" / "dev" / "eyas"))
LOG_LINES_KEPT = 2000
START_S = 15
STOP_S = 10
PEER_S = 60

_given = set()  # ports
_running = []  # processes and servers of the test that runs now


class Skip(Exception):
    """The test cannot run here; the message says why."""


def need(*programs: str) -> None:
    """Skips the test when a program is not installed."""
    for program in programs:
        if shutil.which(program) is None:
            raise Skip(f"{program} is not installed")


# Between those of RTSP over UDP and those that the kernel chooses for connections: nobody takes one between here and the server's start.
PORTS = range(21_000, 32_000)


def _is_free(port: int, kind) -> bool:
    with socket.socket(socket.AF_INET, kind) as probe:
        try:
            probe.bind(("127.0.0.1", port))
            return True
        except OSError:
            return False


def free_port(*kinds) -> int:
    """Free for TCP and for UDP, unless one of the two is asked for."""
    while True:
        port = random.choice(PORTS)
        if port not in _given and all(_is_free(port, kind) for kind in kinds or (socket.SOCK_STREAM, socket.SOCK_DGRAM)):
            _given.add(port)
            return port


def wait_for(condition, timeout: float = 10, what: str = "the condition"):
    """Polls until `condition()` is truthy and returns its value; an AssertionError names `what` otherwise."""
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come true in {timeout} s (last value: {value!r})")
        time.sleep(0.02)


class Process:
    """A program in its own process group; `timeout` ends it whatever it does. Its last `lines_kept` lines are kept, all for None."""

    def __init__(self, command, timeout: float = PEER_S, env=None, stdin=subprocess.DEVNULL, lines_kept=LOG_LINES_KEPT):
        self.command = [str(part) for part in command]
        self.lines = collections.deque(maxlen=lines_kept)
        self._child = subprocess.Popen(self.command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                       start_new_session=True, cwd=ROOT, env={**os.environ, **(env or {})})
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._guard = threading.Timer(timeout, self.kill)
        self._guard.daemon = True
        self._guard.start()
        _running.append(self)

    def _read(self):
        for line in self._child.stdout:
            self.lines.append(line.decode("utf-8", "replace").rstrip("\n"))

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def output(self) -> str:
        return "\n".join(list(self.lines))

    def running(self) -> bool:
        return self._child.poll() is None

    def signal(self, number: int) -> None:
        self._child.send_signal(number)

    def type(self, text: str) -> None:
        """Gives it a line to read; it was started with a pipe as `stdin`."""
        self._child.stdin.write(text.encode())
        self._child.stdin.flush()

    def kill(self) -> None:
        """Ends it and its children at once."""
        self._guard.cancel()
        try:
            os.killpg(self._child.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass

    def wait(self, timeout: float = PEER_S) -> int:
        """Its exit status; an AssertionError when it goes on for longer."""
        try:
            status = self._child.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.command[0]} still runs after {timeout} s:\n{self.output}") from None
        self._reader.join(5)
        self._guard.cancel()
        return status


def peer(*command, timeout: float = PEER_S, **options) -> Process:
    """Starts a peer such as ffmpeg; the test is skipped when it is not installed."""
    need(str(command[0]))
    return Process(command, timeout=timeout, **options)


def run(*command, timeout: float = PEER_S) -> str:
    """Runs a peer to its end and returns its output; an AssertionError when it fails."""
    process = peer(*command, timeout=timeout + 5)
    status = process.wait(timeout)
    assert status == 0, f"{' '.join(process.command)} exited with {status}:\n{process.output}"
    return process.output


def vlc(*arguments, timeout: float = 60) -> Process:
    """VLC without a screen. It refuses to run as root, so root runs it as nobody."""
    need("cvlc")
    as_nobody = ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"] if os.getuid() == 0 else []
    return peer(*as_nobody, "cvlc", "-vvv", "--vout=dummy", "--aout=dummy", "--play-and-exit", *arguments, timeout=timeout,
                env={"HOME": tempfile.gettempdir()})


class Server:
    """`eyas serve` on free loopback ports with data of its own, ready when the constructor returns.

    `settings` are --set keys: Server({"hls.keep_sei": True}). `config` is the path of a configuration file,
    `data` that of another server's data, which is taken over; `timeout`, `lines_kept` and `env` are its process's.
    """

    def __init__(self, settings=None, command: str = "serve", config=None, data=None, timeout: float = 300,
                 lines_kept=LOG_LINES_KEPT, env=None):
        assert PROGRAM.exists(), f"{PROGRAM} is not built"
        self.http_port, self.rtmp_port = free_port(), free_port()
        self.webrtc_port = free_port()
        self.srt_port = free_port(socket.SOCK_DGRAM)
        self.rtsp_port = free_port()
        self.data = data or tempfile.mkdtemp(prefix="eyas-interop-")
        chosen = {"http.listen": f"127.0.0.1:{self.http_port}", "rtmp.listen": f"127.0.0.1:{self.rtmp_port}",
                  "webrtc.listen": f"127.0.0.1:{self.webrtc_port}", "srt.listen": f"127.0.0.1:{self.srt_port}",
                  "rtsp.listen": f"127.0.0.1:{self.rtsp_port}"}
        chosen.update(settings or {})
        arguments = ["--config", config] if config else []
        for key, value in chosen.items():
            arguments += ["--set", f"{key}={str(value).lower() if isinstance(value, bool) else value}"]
        self.process = Process([PROGRAM, command, "--data", self.data, *arguments], timeout=timeout, lines_kept=lines_kept, env=env)
        _running.append(self)
        wait_for(self._ready, START_S, f"/readyz of the server\n{self.process.output}\n")

    def _ready(self) -> bool:
        assert self.process.running(), f"the server exited:\n{self.process.output}"
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def http(self, path: str) -> str:
        return f"http://127.0.0.1:{self.http_port}{path}"

    def rtmp(self, name: str) -> str:
        return f"rtmp://127.0.0.1:{self.rtmp_port}/{name}"

    def srt(self, stream_id: str, more: str = "") -> str:
        return f"srt://127.0.0.1:{self.srt_port}?streamid={stream_id}{more}"

    def rtsp(self, name: str, login: str = "") -> str:
        return f"rtsp://{login + '@' if login else ''}127.0.0.1:{self.rtsp_port}/{name}"

    def get(self, path: str, timeout: float = 10):
        """(status, headers, body) of a GET, whatever the status."""
        try:
            with urllib.request.urlopen(self.http(path), timeout=timeout) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.headers, answer.read()

    def stream(self, name: str):
        """The API's facts of a stream, or None when there is no such stream."""
        status, _, body = self.get(f"/api/v1/streams/{name}")
        return json.loads(body) if status == 200 else None

    def wait_live(self, name: str, timeout: float = 10):
        """Waits until the stream is on air and has a video track; returns its facts."""
        def live():
            facts = self.stream(name)
            on_air = facts and facts["state"] == "live" and any(t["kind"] == "video" for t in facts["tracks"])
            return facts if on_air else None
        return wait_for(live, timeout, f"{name} live\n{self.process.output}\n")

    def stop(self) -> int:
        """Asks it to end, as an init system does; its exit status."""
        self.process.signal(signal.SIGTERM)
        return self.process.wait(STOP_S)

    def kill(self) -> None:
        self.process.kill()
        shutil.rmtree(self.data, ignore_errors=True)

    @property
    def output(self) -> str:
        return self.process.output


def end_with_test(thing) -> None:
    """Has `thing.kill()` called when the test ends."""
    _running.append(thing)


def end_all() -> str:
    """Ends what the test left running; returns the tail of each output, for a failure's report."""
    report = ""
    while _running:
        thing = _running.pop()
        thing.kill()
        if isinstance(thing, Process):
            tail = "\n".join(list(thing.lines)[-40:])
            report += f"\n--- {' '.join(thing.command)[:200]}\n{tail}\n"
    return report
