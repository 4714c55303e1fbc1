"""The demo flight: what viewers see, hear and read of it, and the life of the worker that makes it."""
import array
import cmath
import math
import os
import pathlib
import signal
import time

from harness import Server, peer, run, wait_for

ALONE = True  # it measures time

NAME = "live/demo"
WIDTH, HEIGHT, CELLS = 1920, 1080, 54
CELL = WIDTH // 120
SAMPLE_RATE = 48_000
NOTES_HZ = (659.26, 493.88)
TELEMETRY_HZ = 10


def demo(**settings):
    server = Server(settings, command="demo")
    server.wait_live(NAME, 30)
    return server


def workers_of(server) -> list[int]:
    """The pids of the server's workers. One that died and was not buried yet does not count."""
    found = []
    for children in pathlib.Path(f"/proc/{server.process.pid}/task").glob("*/children"):
        for pid in children.read_text().split():
            try:
                stat = pathlib.Path(f"/proc/{pid}/stat").read_text()
            except OSError:
                continue
            name, _, rest = stat.partition("(")[2].rpartition(")")
            if name == "eyas-worker" and rest.split()[0] != "Z":
                found.append(int(pid))
    return found


def worker_of(server):
    """The pid of the server's only worker, or None."""
    return next(iter(workers_of(server)), None)


def gone(pid: int) -> bool:
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


def crc8(data: bytes) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ 0x07 if crc & 0x80 else crc << 1) & 0xFF
    return crc


def time_code(strip: bytes, width: int):
    """Unix milliseconds written in a strip of gray pixels one cell high; None when it does not add up."""
    middle = CELL // 2 * width
    bits = [strip[middle + cell * CELL + CELL // 2] > 128 for cell in range(CELLS)]
    value = 0
    for bit in bits[2:46]:
        value = value << 1 | bit
    check = 0
    for bit in bits[46:]:
        check = check << 1 | bit
    fits = bits[:2] == [True, False] and crc8(value.to_bytes(6, "big")) == check
    return value if fits else None


def test_the_time_is_read_from_decoded_pixels():
    server = demo()
    width, frames = CELLS * CELL, 60
    output = pathlib.Path(server.data, "strip.gray")
    run("ffmpeg", "-v", "error", "-y", "-i", server.http(f"/{NAME}.flv"), "-map", "0:v", "-frames:v", frames,
        "-fps_mode", "passthrough", "-vf", f"crop={width}:{CELL}:0:{HEIGHT - CELL}", "-pix_fmt", "gray", "-f", "rawvideo", output, timeout=40)
    now_ms = time.time() * 1000
    data, size = output.read_bytes(), width * CELL
    assert len(data) == frames * size
    codes = [time_code(data[at:at + size], width) for at in range(0, len(data), size)]
    assert None not in codes, codes
    steps = [b - a for a, b in zip(codes, codes[1:])]
    assert all(step > 0 for step in steps), steps
    # A picture each 33 ms; a machine that is too busy leaves some out, and never makes more.
    assert sorted(steps)[len(steps) // 2] in range(25, 200), steps
    assert 0 <= now_ms - codes[-1] < 5000, (now_ms, codes[-1])


def strength(samples, hertz: float) -> float:
    """How much of one frequency is in the samples: the amplitude of its sine."""
    turn = -2j * math.pi * hertz / SAMPLE_RATE
    return 2 * abs(sum(sample * cmath.exp(turn * i) for i, sample in enumerate(samples))) / len(samples)


def test_the_chime_is_heard():
    server = demo()
    output = pathlib.Path(server.data, "sound.raw")
    run("ffmpeg", "-v", "error", "-y", "-i", server.http(f"/{NAME}.flv"), "-map", "0:a", "-t", "5", "-ac", "1",
        "-ar", SAMPLE_RATE, "-f", "f32le", output, timeout=40)
    samples = array.array("f", output.read_bytes())
    assert len(samples) > 4 * SAMPLE_RATE
    # The loudest fifth of a second: a note has just begun.
    window = SAMPLE_RATE // 5
    loudest = max((samples[at:at + window] for at in range(0, len(samples) - window, window // 2)),
                  key=lambda part: sum(sample * sample for sample in part))
    note = max(strength(loudest, hertz) for hertz in NOTES_HZ)
    assert note > 0.01 and note > 10 * strength(loudest, 1000), (note, strength(loudest, 1000))


def test_the_api_tells_of_picture_sound_and_telemetry():
    server = demo()

    def tracks():
        found = {track["kind"]: track for track in server.stream(NAME)["tracks"]}
        return found if set(found) == {"video", "audio", "data"} else None
    found = wait_for(tracks, 10, "three tracks")
    assert (found["video"]["codec"], found["video"]["width"], found["video"]["height"]) == ("h264", WIDTH, HEIGHT)
    assert found["video"]["reorder_depth"] == 0
    assert found["audio"]["codec"] == "aac"
    assert found["data"]["media_type"].startswith("application/json"), found["data"]

    started, before = time.monotonic(), tracks()["data"]["frames"]
    wait_for(lambda: tracks()["data"]["frames"] >= before + 6 * TELEMETRY_HZ, 20, "60 telemetry frames")
    rate = 6 * TELEMETRY_HZ / (time.monotonic() - started)
    assert 0.7 * TELEMETRY_HZ < rate < 1.4 * TELEMETRY_HZ, rate


def test_a_killed_worker_comes_back_and_the_viewer_stays():
    server = demo()
    frames = pathlib.Path(server.data, "frames")
    viewer = peer("ffmpeg", "-v", "error", "-y", "-i", server.http(f"/{NAME}.flv"), "-map", "0:v", "-c", "copy",
                  "-flush_packets", "1", "-f", "framecrc", frames, timeout=90)
    wait_for(lambda: frames.exists() and frames.stat().st_size > 0, 30, "pictures at the viewer")
    waits = []
    for _ in range(2):
        first = wait_for(lambda: worker_of(server), 15, "a worker")
        os.kill(first, signal.SIGKILL)
        killed = time.monotonic()
        second = wait_for(lambda: worker_of(server) not in (None, first) and worker_of(server), 15, "the next worker")
        waits.append(time.monotonic() - killed)
        assert second != first
        server.wait_live(NAME, 15)
    seen = frames.stat().st_size
    wait_for(lambda: frames.stat().st_size > seen + 1000, 15, "pictures from the new worker at the old viewer")
    assert viewer.running(), viewer.output
    assert waits[0] >= 0.45 and waits[1] >= 0.95, f"no backoff: {waits}"
    assert "worker.exit" in server.output and "restart_in_ms" in server.output


def test_the_worker_dies_with_a_killed_server():
    server = demo()
    worker = worker_of(server)
    assert worker
    os.kill(server.process.pid, signal.SIGKILL)
    wait_for(lambda: gone(worker), 5, "the worker's end")


def test_the_worker_ends_with_the_server():
    server = demo()
    worker = worker_of(server)
    assert worker
    assert server.stop() == 0, server.output
    assert gone(worker)
    assert "worker.exit" not in server.output, "an ordinary end is no death of a worker"


def test_the_worker_is_shut_in():
    """It has no privileges to gain, no network, no files of the server's, and no environment."""
    server = demo()
    proc = pathlib.Path(f"/proc/{worker_of(server)}")
    assert "NoNewPrivs:\t1" in (proc / "status").read_text()
    assert (proc / "environ").read_bytes() == b""
    targets = {int(fd.name): os.readlink(fd) for fd in (proc / "fd").iterdir()}
    assert set(targets) == {0, 1, 2, 3}, targets
    assert targets[0] == "/dev/null" and targets[3].startswith("socket:"), targets
    limits = (proc / "limits").read_text()
    assert "Max core file size        0                    0" in limits, limits
