"""Faults of the machine, the network and the worker: what keeps working, and what the operator sees.

Each promise is a row of docs/RELIABILITY.md, which names its test.
"""
import contextlib
import functools
import itertools
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import threading
import time

import harness
from harness import PROGRAM, Process, Server, Skip, end_with_test, need, peer, run, wait_for
from http_test import TlsServer
from raw_rtmp import VIDEO, Flight, read_flv

NAME = "live/alpha"
QUIET_CONNECTIONS = 10_000
FEW_DESCRIPTORS = 128

TRESPASSER = PROGRAM.parent / "tests" / "trespasser"


def metric(server: Server, name: str, labels: str = "") -> float:
    """A metric's value; -1 when it is not there."""
    found = re.search(rf"^{re.escape(name + labels)} (\S+)$", server.get("/metrics")[2].decode(), re.MULTILINE)
    return float(found.group(1)) if found else -1


def worker_pids(server: Server) -> list:
    return re.findall(r"worker\.start worker=\S+ pid=(\d+)", server.output)


def trespasser(deed: str) -> pathlib.Path:
    """A worker program that does `deed` once it is shut in."""
    if not TRESPASSER.exists():
        raise Skip(f"{TRESPASSER} is not built")
    folder = tempfile.TemporaryDirectory(prefix="eyas-trespasser-")
    folder.kill = folder.cleanup
    end_with_test(folder)
    program = pathlib.Path(folder.name) / f"trespasser-{deed}"
    program.symlink_to(TRESPASSER)
    return program


def test_a_worker_that_opens_a_file_dies_is_named_and_starts_again():
    server = Server({"worker.program": trespasser("file")}, command="demo")
    wait_for(lambda: len(worker_pids(server)) >= 2, 10, "a second worker")
    assert 'worker.trespass worker=demo' in server.output, server.output
    assert "class=files call=open" in server.output, server.output
    assert "forbidden system call" in server.output, server.output
    assert metric(server, "eyas_worker_trespasses_total", '{class="files"}') >= 1
    assert metric(server, "eyas_worker_exits_total") >= 1
    assert server.get("/readyz")[0] == 200


def test_a_worker_that_makes_a_socket_dies_is_named_and_starts_again():
    server = Server({"worker.program": trespasser("socket")}, command="demo")
    wait_for(lambda: len(worker_pids(server)) >= 2, 10, "a second worker")
    assert "class=sockets call=socket" in server.output, server.output
    assert metric(server, "eyas_worker_trespasses_total", '{class="sockets"}') >= 1


@functools.cache
def clip(size: str = "320x180", rate: str = "300k") -> tuple:
    """A second of noise as FLV tags, a keyframe first."""
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "clip.flv"
        run("ffmpeg", "-v", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25:duration=1", "-vf", "noise=alls=80:allf=t",
            "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25",
            "-b:v", rate, "-minrate", rate, "-maxrate", rate, "-bufsize", rate, file)
        return tuple(tag for tag in read_flv(file.read_bytes()) if tag.kind == VIDEO)


def flight(tags: tuple):
    """The clip again and again, for a minute."""
    headers = [tag for tag in tags if tag.body[1] == 0]
    pictures = [tag for tag in tags if tag.body[1] == 1]
    yield from headers
    for turn, tag in itertools.product(range(60), pictures):
        yield tag._replace(time=tag.time + turn * 1000)


def publish(server: Server, name: str = NAME, tags: tuple = ()) -> Flight:
    publisher = Flight(server.rtmp_port, name, flight(tags or clip()))
    end_with_test(publisher)
    server.wait_live(name)
    return publisher


class Viewer:
    """Takes a stream over HTTP-FLV as fast as it comes, in a thread; `bytes` grows."""

    def __init__(self, server: Server, name: str = NAME):
        self.bytes, self.ended = 0, False
        self._socket = socket.create_connection(("127.0.0.1", server.http_port), timeout=30)
        self._socket.sendall(f"GET /{name}.flv HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        end_with_test(self)

    def _read(self):
        with contextlib.suppress(OSError):
            while piece := self._socket.recv(1 << 16):
                self.bytes += len(piece)
        self.ended = True

    def sees_more(self, timeout: float = 10, bytes_more: int = 20_000) -> None:
        """Waits until it has got some more pictures."""
        before = self.bytes
        wait_for(lambda: self.bytes > before + bytes_more or self.ended, timeout, "more pictures for a viewer")
        assert not self.ended, "the viewer was dropped"

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@contextlib.contextmanager
def started_by(line: str):
    """Servers of the block are started by a line of shell, in which "$@" is the server's command."""
    folder = tempfile.TemporaryDirectory(prefix="eyas-started-")
    script = pathlib.Path(folder.name) / "eyas"
    script.write_text(f'#!/bin/sh\nset -- {PROGRAM} "$@"\n{line}\n')
    script.chmod(0o755)
    harness.PROGRAM = script
    try:
        yield
    finally:
        harness.PROGRAM = PROGRAM
        folder.cleanup()


def answers(server: Server, timeout: float = 2) -> bool:
    return server.get("/readyz", timeout)[0] == 200


def limit_hits(server: Server, protocol: str, limit: str) -> float:
    return metric(server, f"eyas_{protocol}_limit_hits_total", f'{{limit="{limit}"}}')


def test_a_killed_worker_comes_back_and_no_viewer_is_dropped():
    server = Server({"demo.width": 320, "demo.height": 180, "demo.bitrate_bps": 500_000}, command="demo")
    server.wait_live("live/demo", 20)
    viewer = Viewer(server, "live/demo")
    viewer.sees_more()
    os.kill(int(worker_pids(server)[0]), signal.SIGKILL)
    wait_for(lambda: len(worker_pids(server)) == 2, 10, "another worker")
    viewer.sees_more(20)
    assert "worker.exit worker=demo" in server.output, server.output
    assert metric(server, "eyas_worker_exits_total") == 1


def test_a_full_disk_stops_nobody_who_watches():
    if os.getuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        raise Skip("only root with a mount namespace can have a small disk")
    data = tempfile.mkdtemp(prefix="eyas-small-disk-")
    try:
        with started_by(f"exec unshare --mount sh -c 'mount -t tmpfs -o size=16k none {data} && exec \"$@\"' sh \"$@\""):
            server = Server(data=data)
        publish(server)
        viewer = Viewer(server)
        viewer.sees_more()
        disk = pathlib.Path(f"/proc/{server.process.pid}/root{data}")
        with contextlib.suppress(OSError), open(disk / "ballast", "wb", buffering=0) as ballast:
            while ballast.write(b"x" * 1024):
                pass
        status, answer = add_pull(server, "live/far")
        assert status == 500 and b"No space left" in answer, (status, answer)
        assert "sources.not_kept" in server.output, server.output
        viewer.sees_more()
        assert answers(server)
        (disk / "ballast").unlink()
        status, answer = add_pull(server, "live/near")
        assert status == 201, (status, answer)
        kept = (disk / "sources.json").read_text()
        assert "live/near" in kept and "live/far" in kept, "what could not be kept is kept with the next change"
        viewer.sees_more()
    finally:
        shutil.rmtree(data, ignore_errors=True)


def add_pull(server: Server, name: str) -> tuple:
    """(status, answer) of the API."""
    body = json.dumps({"name": name, "url": f"rtmp://198.51.100.1/{name}", "on_demand": True}).encode()
    answer = ask_raw(server.http_port, b"POST /api/v1/pulls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n" +
                     f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)
    return int(answer.split()[1]), answer


def ask_raw(port: int, request: bytes, timeout: float = 5, tls=None) -> bytes:
    """What a port says until it closes; what it said so far when it says nothing for `timeout`."""
    answer = b""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=timeout) as plain:
        connection = tls.wrap_socket(plain) if tls else plain
        connection.sendall(request)
        while piece := connection.recv(1 << 16):
            answer += piece
    return answer


def test_the_clock_jumps_an_hour_both_ways_and_streams_go_on():
    library = next(pathlib.Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
    if library is None:
        raise Skip("faketime is not installed")
    with tempfile.NamedTemporaryFile("w", prefix="eyas-clock-") as clock:
        def turn(offset: str) -> None:
            clock.seek(0)
            clock.write(offset)
            clock.truncate()
            clock.flush()

        turn("+0")
        with started_by(f"LD_PRELOAD={library} FAKETIME_TIMESTAMP_FILE={clock.name} FAKETIME_NO_CACHE=1 FAKETIME_DONT_FAKE_MONOTONIC=1 "
                        "exec \"$@\""):
            server = Server()
        publish(server)
        viewer = Viewer(server)
        viewer.sees_more()
        wait_for(lambda: server.get(f"/{NAME}/index.m3u8")[0] == 200, 10, "a playlist")
        since = server.stream(NAME)["publisher"]["session"]
        hour = {"+0": 0, "+1h": 3600, "-1h": -3600}
        for offset in ("+1h", "-1h"):
            turn(offset)
            wait_for(lambda: abs(seen_clock(server) - time.time() - hour[offset]) < 600, 5, f"a clock that is {offset} off")
            newest = segments(server)
            viewer.sees_more()
            wait_for(lambda: segments(server) > newest, 10, f"a new segment at {offset}")
        facts = server.stream(NAME)
        assert facts["publisher"]["session"] == since, "the publisher was dropped"
        assert not any(facts["repairs"].values()), facts["repairs"]


def seen_clock(server: Server) -> float:
    now = json.loads(server.get("/api/v1/info")[2])["now"]
    return time.mktime(time.strptime(now[:19], "%Y-%m-%dT%H:%M:%S")) - time.timezone


def segments(server: Server) -> int:
    """The number of the newest segment that the playlist of the video has."""
    master = server.get(f"/{NAME}/index.m3u8")[2].decode()
    variant = [line for line in master.splitlines() if line and not line.startswith("#")][0]
    playlist = server.get(f"/{NAME}/{variant}")[2].decode()
    first = int(re.search(r"#EXT-X-MEDIA-SEQUENCE:(\d+)", playlist)[1])
    return first + playlist.count("#EXTINF")


def test_a_stopped_viewer_hurts_nobody_and_is_let_go():
    server = Server({"http.stall_timeout_ms": 1000})
    fat = clip("640x360", "60M")
    publish(server, tags=fat)
    viewer = Viewer(server)
    stopped = peer("curl", "-sN", "-o", "/dev/null", server.http(f"/{NAME}.flv"))
    wait_for(lambda: server.stream(NAME)["readers"]["total"] == 2, 5, "two viewers")
    stopped.signal(signal.SIGSTOP)
    wait_for(lambda: limit_hits(server, "http", "stall_timeout") >= 1, 15, "the end of a stalled viewer")
    viewer.sees_more(bytes_more=2_000_000)
    stopped.signal(signal.SIGCONT)
    stopped.wait(10)
    viewer.sees_more()
    assert metric(server, "process_resident_memory_bytes") < 500e6


def test_a_publisher_that_vanished_without_a_word_gives_its_name_back():
    server = Server({"rtmp.idle_timeout_ms": 2000})
    # It has the name, and from now on neither speaks nor answers: what is seen of a machine that lost its power.
    gone = Flight(server.rtmp_port, NAME, iter(clip()))
    end_with_test(gone)
    server.wait_live(NAME)
    viewer = Viewer(server)
    wait_for(lambda: limit_hits(server, "rtmp", "idle") == 1, 10, "the end of the silent publisher")
    publish(server)
    viewer.sees_more()


def test_renegotiation_of_tls_is_refused():
    need("openssl")
    server = TlsServer()
    publish(server)
    viewer = Viewer(server)
    for port in (server.https_port, server.rtmps_port):
        client = Process(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_2"], stdin=subprocess.PIPE)
        wait_for(lambda: "Verify return code" in client.output, 5, "a TLS connection")
        client.type("R\n")
        wait_for(lambda: "RENEGOTIATING" in client.output and "no renegotiation" in client.output, 5, "a refusal")
    viewer.sees_more()


def test_ten_thousand_connections_that_say_nothing():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < QUIET_CONNECTIONS + 1000:
        raise Skip(f"this machine allows {hard} descriptors")
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    # A shell's soft limit: the server takes what it may have.
    with started_by("ulimit -Sn 1024; exec \"$@\""):
        server = Server({"rtmp.handshake_timeout_ms": 3000})
    publish(server)
    viewer = Viewer(server)
    before = metric(server, "process_resident_memory_bytes")
    quiet = []
    try:
        for number in range(QUIET_CONNECTIONS):
            quiet.append(socket.create_connection(("127.0.0.1", server.rtmp_port if number % 2 else server.http_port), timeout=5))
        asked = time.monotonic()
        assert answers(server)
        assert time.monotonic() - asked < 1, "an answer took a second"
        viewer.sees_more()
        wait_for(lambda: metric(server, "process_open_fds") > QUIET_CONNECTIONS, 5, "them all accepted")
        each = (metric(server, "process_resident_memory_bytes") - before) / QUIET_CONNECTIONS
        assert each < 16384, f"{each:.0f} bytes of memory for each"
        # RTMP's half says nothing for too long.
        wait_for(lambda: metric(server, "process_open_fds") < QUIET_CONNECTIONS * 0.6, 10, "the end of the handshakes that never came")
    finally:
        for one in quiet:
            one.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    wait_for(lambda: metric(server, "process_open_fds") < 200, 10, "their descriptors to be given back")
    viewer.sees_more()


def trickle(port: int, bytes_wanted: bytes, until: float) -> bool:
    """One byte each 50 ms, as slow for limits of half a second as one a second is for ten; True when the server hung up."""
    with socket.create_connection(("127.0.0.1", port), timeout=0.05) as slow:
        for byte in itertools.cycle(bytes_wanted):
            if time.monotonic() > until:
                return False
            try:
                slow.sendall(bytes([byte]))
                if slow.recv(4096) == b"":
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
    return False


def test_who_speaks_a_byte_at_a_time_is_let_go():
    server = Server({"http.header_timeout_ms": 500, "http.body_timeout_ms": 500, "rtmp.handshake_timeout_ms": 500})
    publish(server)
    viewer = Viewer(server)
    until = time.monotonic() + 8
    head = b"POST /api/v1/pulls HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n"
    cases = {"a head": (server.http_port, b"GET / HTTP/1.1\r\nX: " + b"y" * 1000), "RTMP": (server.rtmp_port, b"\x03" + bytes(1536))}
    for what, (port, says) in cases.items():
        assert trickle(port, says, until), f"{what} may take for ever"
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=5) as slow:
        slow.sendall(head + b"{")
        assert b" 408 " in slow.recv(4096), "a body may take for ever"
    viewer.sees_more()


HELLOS = {
    "HTTP": b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "RTMP": b"\x03" + bytes(8) + os.urandom(1528),
    "RTSP": b"OPTIONS rtsp://x/live/alpha RTSP/1.0\r\nCSeq: 1\r\n\r\n",
    "TLS": bytes.fromhex("1603010200010001fc0303") + os.urandom(506),
    "SSH": b"SSH-2.0-OpenSSH_9.2\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"),
    "zeros": bytes(4096),
    "noise": os.urandom(4096),
}


def test_the_wrong_protocol_on_each_port_is_turned_away():
    quick = {"http.header_timeout_ms": 500, "http.idle_timeout_ms": 1000, "rtmp.handshake_timeout_ms": 500, "webrtc.tcp_proof_timeout_ms": 1000}
    server = TlsServer(quick)
    publish(server)
    viewer = Viewer(server)
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    ports = {"http": (server.http_port, None), "rtmp": (server.rtmp_port, None), "rtsp": (server.rtsp_port, None),
             "webrtc": (server.webrtc_port, None), "https": (server.https_port, None), "rtmps": (server.rtmps_port, None),
             "https inside": (server.https_port, trusting), "rtmps inside": (server.rtmps_port, trusting)}
    threads = [threading.Thread(target=ask_raw, args=(port, hello, 1.5, tls)) for port, tls in ports.values() for hello in HELLOS.values()]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
        for thread in threads:
            thread.start()
        for port, hello in itertools.product((server.srt_port, server.webrtc_port), HELLOS.values()):
            datagrams.sendto(hello[:1200], ("127.0.0.1", port))
        for thread in threads:
            thread.join(10)
    viewer.sees_more()
    assert answers(server)
    assert " error " not in server.output, "strangers' nonsense is no error of ours:\n" + server.output
    wait_for(lambda: metric(server, "eyas_http_connections_open") <= 2, 5, "nobody left but the viewer and us")


def cpu_seconds(pid: int) -> float:
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_out_of_descriptors_newcomers_wait_and_viewers_go_on():
    with started_by(f"ulimit -n {FEW_DESCRIPTORS}; exec \"$@\""):
        server = Server()
    publish(server)
    viewer = Viewer(server)
    viewer.sees_more()
    assert metric(server, "process_max_fds") == FEW_DESCRIPTORS
    crowd = [socket.create_connection(("127.0.0.1", server.http_port), timeout=5) for _ in range(2 * FEW_DESCRIPTORS)]
    try:
        wait_for(lambda: "listener.out_of_descriptors" in server.output, 5, "word of it in the log")
        burnt, started = cpu_seconds(server.process.pid), time.monotonic()
        viewer.sees_more(bytes_more=60_000)
        share = (cpu_seconds(server.process.pid) - burnt) / (time.monotonic() - started)
        assert share < 0.5, f"accepting in vain takes {share:.0%} of a CPU"
    finally:
        for one in crowd:
            one.close()
    wait_for(lambda: answers(server), 10, "an answer for a newcomer")
    assert metric(server, "eyas_accepts_put_off_total") >= 1
    viewer.sees_more()
