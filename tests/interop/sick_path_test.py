"""WHEP in Chromium over a path that loses, delays and narrows: udp_relay.py stands between the browser and the server.

A second viewer in the same page watches through a relay that does nothing. What both see late is the doing of the machine, of the
publisher, or of a relay that is not run; what is measured is how much later, and how much less, the viewer on the sick path sees.
"""
import pathlib
import tempfile
import time

from browser import Browser
from harness import Server, Skip, end_with_test, need, peer, run, wait_for
from udp_relay import Path, Relay

ALONE = True  # it measures time

NAME = "live/sick"
KBIT, FPS, GROUP = 2000, 30, 60
FILE_S = 130
ONE_WAY_S = 0.025


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
    """A server, its publisher, two relays, and a browser with two viewers: `sick` behind the relay with the path, `well` behind the other."""

    def __init__(self, path: Path, way_back: Path):
        need("ffmpeg", "chromium")
        file = file_of_pictures()
        self.relay = Relay(target=0, there=way_back, back=path)
        clean = Relay(target=0)
        end_with_test(self.relay)
        end_with_test(clean)
        server = Server({"webrtc.addresses": f"127.0.0.1:{self.relay.port}", "webrtc.tcp": False})
        for relay in (self.relay, clean):
            relay.set_target(server.webrtc_port)
        peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-i", file, "-c", "copy", "-f", "flv",
             server.rtmp(NAME), timeout=200)
        server.wait_live(NAME)
        self.browser = Browser(server, "sick_path_page.js")
        for viewer, ports in (("well", [self.relay.port, clean.port]), ("sick", None)):
            answer = self.browser.run("watchFrames", viewer, server.http(f"/{NAME}/whep"), ports)
            if answer["status"] == 422 and "H.264" in answer["body"]:
                raise Skip("this Chromium decodes no H.264")
            assert answer["status"] == 201, answer
        for viewer in ("well", "sick"):
            wait_for(lambda: len(self.frames(viewer)) > 2 * GROUP, 20, f"pictures for the viewer that is {viewer}")

    def frames(self, viewer: str):
        return self.browser.run("framesSeen", viewer)

    def numbers(self, viewer: str = "sick"):
        return self.browser.run("numbers", viewer)

    def now(self) -> float:
        return self.numbers()["now"]

    def compared(self, start: float, end: float):
        """Of each picture that the well viewer saw in between: (when, how much later the sick one saw it, or None)."""
        late = {mark: at for at, mark in self.frames("sick")}
        return [(at, late[mark] - at if mark in late else None) for at, mark in self.frames("well") if start < at < end]


def freezes_ms(pictures) -> list[float]:
    """The times without a new picture, the longest first, but for what the well viewer waited meanwhile beyond a picture's length."""
    length = 1000 / FPS
    stalls = [(a, b - a - length) for (a, _), (b, _) in zip(pictures, pictures[1:]) if b - a > 2 * length]
    shown = [(i, at, late) for i, (at, late) in enumerate(pictures) if late is not None]

    def wait(a, b):
        (a_number, a_at, a_late), (b_number, b_at, b_late) = a, b
        seen = b_at + b_late
        before = max(0.0, b_at - a_at - (b_number - a_number) * length)
        after = sum(more for at, more in stalls if b_at <= at < seen)
        return seen - (a_at + a_late) - before - after
    return sorted((wait(a, b) for a, b in zip(shown, shown[1:])), reverse=True)


def test_five_percent_loss_at_50_ms_costs_no_freeze():
    path = Path(loss=0.05, delay_s=ONE_WAY_S, jitter_s=0.004, reorder=0.01)
    watch = Watch(path, path)
    start = watch.now()
    time.sleep(62)
    pictures = watch.compared(start, start + 60_000)
    missed = sum(late is None for _, late in pictures) / len(pictures)
    video = watch.numbers()["video"]
    freezes = freezes_ms(pictures)
    shown = f"{len(pictures)} pictures, missed {missed:.2%}, longest freezes {', '.join(f'{ms:.0f}' for ms in freezes[:6])} ms, " \
            f"NACKs {video.get('nackCount')}, PLIs {video.get('pliCount')}"
    print(shown)
    assert watch.relay.to_client.lost > 300, "the relay lost nothing"
    assert missed < 0.005, shown
    assert freezes[0] <= 250, shown


def test_a_path_cut_to_60_percent_never_grows_the_delay():
    whole = Path(delay_s=ONE_WAY_S, jitter_s=0.002, kbit_per_s=3 * KBIT)
    watch = Watch(whole, Path(delay_s=ONE_WAY_S))
    time.sleep(10)
    cut_at = watch.now()
    watch.relay.set_path_to_client(Path(delay_s=ONE_WAY_S, jitter_s=0.002, kbit_per_s=0.6 * KBIT))
    time.sleep(20)
    watch.relay.set_path_to_client(whole)
    whole_at = watch.now()
    time.sleep(15)
    during = watch.compared(cut_at, whole_at)
    after = watch.compared(whole_at + 3000, whole_at + 13_000)
    during_late = [late for _, late in during if late is not None]
    after_late = [late for _, late in after if late is not None]
    shown = f"during the cut {len(during_late)} of {len(during)} pictures, at most {max(during_late):.0f} ms late; " \
            f"3 s after it {len(after_late)} of {len(after)} pictures, at most {max(after_late):.0f} ms late"
    print(shown)
    assert max(after_late) <= 300, shown
    assert len(after_late) >= 0.98 * len(after), shown
    assert max(during_late) <= 2000, shown
