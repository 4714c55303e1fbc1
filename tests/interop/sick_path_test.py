"""WHEP in Chromium over a path that loses, delays and narrows: udp_relay.py stands between the browser and the server."""
import pathlib
import tempfile
import time

from browser import Browser
from harness import Server, Skip, end_with_test, need, peer, run, wait_for
from udp_relay import Path, Relay

NAME = "live/sick"
KBIT, FPS, GROUP = 2000, 30, 60
FILE_S = 130
ONE_WAY_S = 0.025
CLOCK = 90_000


def file_of_pictures() -> pathlib.Path:
    """Two minutes at a steady 2 Mbit/s, without B-frames, encoded once a machine."""
    file = pathlib.Path(tempfile.gettempdir()) / f"eyas-sick-path-{KBIT}-{FPS}-{GROUP}.flv"
    if not file.exists():
        part = file.with_suffix(".part")
        run("ffmpeg", "-nostdin", "-loglevel", "error", "-y", "-f", "lavfi", "-i", f"testsrc2=size=640x360:rate={FPS}",
            "-vf", "noise=alls=20:allf=t", "-t", FILE_S, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
            "-g", GROUP, "-b:v", f"{KBIT}k", "-maxrate", f"{KBIT}k", "-bufsize", f"{KBIT // 2}k", "-pix_fmt", "yuv420p",
            "-f", "flv", part, timeout=180)
        part.rename(file)
    return file


class Watch:
    """A server, its publisher, a relay and a browser that watches through it."""

    def __init__(self, path: Path, way_back: Path):
        need("ffmpeg", "chromium")
        file = file_of_pictures()
        relay = Relay(target=0, there=way_back, back=path)
        end_with_test(relay)
        self.relay = relay
        self.server = Server({"webrtc.addresses": f"127.0.0.1:{relay.port}", "webrtc.tcp": False})
        relay.set_target(self.server.webrtc_port)
        peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-i", file, "-c", "copy", "-f", "flv",
             self.server.rtmp(NAME), timeout=200)
        self.server.wait_live(NAME)
        self.browser = Browser(self.server, "sick_path_page.js")
        answer = self.browser.run("watchFrames", "viewer", self.server.http(f"/{NAME}/whep"))
        if answer["status"] == 422 and "H.264" in answer["body"]:
            raise Skip("this Chromium decodes no H.264")
        assert answer["status"] == 201, answer
        wait_for(lambda: len(self.frames()) > 2 * GROUP, 20, "a minute's beginning")

    def frames(self):
        return self.browser.run("framesSeen", "viewer")

    def now(self) -> float:
        return self.browser.run("numbers", "viewer")["now"]


def missed(frames) -> float:
    """The share of pictures that never came, by their timestamps."""
    span = (frames[-1][1] - frames[0][1]) % 2**32
    expected = round(span / CLOCK * FPS) + 1
    return 1 - len({timestamp for _, timestamp, _ in frames}) / expected


def longest_gap_ms(frames) -> float:
    return max(after[0] - before[0] for before, after in zip(frames, frames[1:]))


def delays_ms(frames, first_timestamp: int):
    """How much later than the earliest each picture came, measured against its own timestamp."""
    transit = [at - ((timestamp - first_timestamp) % 2**32) / CLOCK * 1000 for at, timestamp, _ in frames]
    return transit


def test_five_percent_loss_at_50_ms_costs_no_freeze():
    path = Path(loss=0.05, delay_s=ONE_WAY_S, jitter_s=0.004, reorder=0.01)
    watch = Watch(path, path)
    start = watch.now()
    time.sleep(60)
    frames = [frame for frame in watch.frames() if frame[0] > start]
    numbers = watch.browser.run("numbers", "viewer")["video"]
    shown = f"{len(frames)} pictures, missed {missed(frames):.2%}, longest gap {longest_gap_ms(frames):.0f} ms, " \
            f"NACKs {numbers.get('nackCount')}, PLIs {numbers.get('pliCount')}, freezes {numbers.get('freezeCount')}"
    print(shown)
    assert watch.relay.to_client.lost > 300, "the relay lost nothing"
    assert missed(frames) < 0.005, shown
    assert longest_gap_ms(frames) <= 250, shown


def test_a_path_cut_to_60_percent_never_grows_the_delay():
    whole = Path(delay_s=ONE_WAY_S, jitter_s=0.002, kbit_per_s=3 * KBIT)
    watch = Watch(whole, Path(delay_s=ONE_WAY_S))
    time.sleep(10)
    cut_at = watch.now()
    watch.relay.set_path_to_client(Path(delay_s=ONE_WAY_S, jitter_s=0.002, kbit_per_s=0.6 * KBIT))
    time.sleep(20)
    watch.relay.set_path_to_client(whole)
    whole_at = watch.now()
    time.sleep(13)
    frames = watch.frames()
    first = frames[2 * GROUP][1]
    transit = delays_ms(frames[2 * GROUP:], first)
    timed = list(zip([frame[0] for frame in frames[2 * GROUP:]], transit))
    least = min(value for at, value in timed if at < cut_at)
    during = [value - least for at, value in timed if cut_at < at < whole_at]
    after = [value - least for at, value in timed if at > whole_at + 3000]
    shown = f"during the cut {len(during)} of {20 * FPS} pictures, at most {max(during):.0f} ms late; " \
            f"3 s after it {len(after)} pictures, at most {max(after):.0f} ms late"
    print(shown)
    assert max(after) <= 300, shown
    assert len(after) >= 9 * FPS, shown
    assert max(during) <= 2000, shown
