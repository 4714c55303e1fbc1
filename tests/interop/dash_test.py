"""DASH: players of others play it, dash.js with low latency, and its manifest keeps the rules."""
import datetime
import pathlib
import re
import sys
import tempfile
import time
import urllib.parse

from browser import WEB, Browser
from harness import ROOT, Server, Skip, free_port, peer, wait_for
from players import ffmpeg_plays, gstreamer_plays, mpv_plays, vlc_plays
from rtsp_test import certificate

sys.path.append(str(ROOT / "tests" / "conformance"))
from dash_validator import follow  # noqa: E402

ALONE = True  # its latency is measured
DASH_JS = WEB / "node_modules" / "dashjs" / "dist" / "modern" / "umd" / "dash.all.min.js"
MANIFEST = "/live/alpha/index.mpd"
DEMO = "live/demo"


def publish(server: Server, audio: bool = True, size: str = "640x360", group: int = 25):
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"] if audio else []
    process = peer("ffmpeg", "-v", "error", "-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25", *sound,
                   "-map", "0:v", *(["-map", "1:a", "-c:a", "aac"] if audio else []), "-c:v", "libx264",
                   "-preset", "ultrafast", "-tune", "zerolatency", "-pix_fmt", "yuv420p", "-g", str(group), "-f", "flv", server.rtmp("live/alpha"), timeout=120)
    server.wait_live("live/alpha", 20)
    return process


def wait_playable(server: Server) -> str:
    wait_for(lambda: server.get(MANIFEST, timeout=15)[0] == 200, 20, "the manifest")
    return server.http(MANIFEST)


def open_player(server: Server) -> Browser:
    if not DASH_JS.exists():
        raise Skip("web/node_modules has no dash.js")
    return Browser(server, DASH_JS, "dash_page.js")


def test_the_manifest_and_segments_keep_the_rules():
    server = Server()
    publish(server)
    problems = follow(wait_playable(server), 6)
    assert not problems, "\n".join(problems)


def test_keyframes_at_odd_times_keep_the_rules():
    server = Server()
    publish(server, group=37)
    problems = follow(wait_playable(server), 6)
    assert not problems, "\n".join(problems)


def test_dash_js_plays_with_low_latency():
    server = Server()
    publish(server)
    browser = open_player(server)
    first = browser.run("play", wait_playable(server), 20_000)
    assert first["width"] == 640, first
    seen = browser.run("latencyBelow", 3.0, 15_000)
    assert not seen["errors"], seen
    later = browser.run("goesOn", 75, 10_000)
    assert later["sound"] > 0 and later["latency"] < 3.0 and not later["errors"], later


def test_dash_js_shows_the_demo_within_three_seconds_of_its_drawing():
    server = Server({"demo.width": 960, "demo.height": 540, "demo.frame_rate": 15}, command="demo")
    server.wait_live(DEMO, 30)
    # An encoder that is only getting up to speed leaves holes, and a player that begins in one stays there.
    wait_for(lambda: server.stream(DEMO)["tracks"][0]["measured_fps"] > 14, 30, "the demo at its frame rate")
    browser = open_player(server)
    browser.run("play", server.http(f"/{DEMO}/index.mpd"), 25_000)
    browser.run("latencyBelow", 3.0, 15_000)
    ages = sorted(browser.run("glassAge", 5_000) for _ in range(9))
    assert 0 < ages[4] < 3_000, ages


def test_dash_js_goes_on_when_the_publisher_comes_back():
    server = Server()
    first = publish(server)
    browser = open_player(server)
    browser.run("play", wait_playable(server), 20_000)
    first.kill()
    wait_for(lambda: server.stream("live/alpha")["state"] == "waiting", 5, "the publisher's absence")
    publish(server)
    assert not browser.run("goesOn", 50, 30_000)["errors"]


def test_dash_js_follows_a_new_picture_into_a_new_period():
    server = Server()
    first = publish(server)
    browser = open_player(server)
    browser.run("play", wait_playable(server), 20_000)
    first.kill()
    wait_for(lambda: server.stream("live/alpha")["state"] == "waiting", 5, "the publisher's absence")
    publish(server, size="320x180")
    wait_for(lambda: server.get(MANIFEST)[2].count(b"<Period ") == 2, 15, "the second period")
    wait_for(lambda: browser.run("goesOn", 5, 20_000)["width"] == 320, 30, "the new picture")


def test_ffmpeg_plays_video_and_audio():
    server = Server()
    publish(server)
    ffmpeg_plays(wait_playable(server))


def test_gstreamer_plays_video_and_audio():
    server = Server()
    publish(server)
    gstreamer_plays(wait_playable(server))


def test_vlc_plays():
    server = Server()
    publish(server)
    vlc_plays(wait_playable(server))


def test_mpv_plays():
    server = Server()
    publish(server)
    mpv_plays(wait_playable(server))


def test_a_stream_that_is_not_there_is_not_found():
    status, _, body = Server().get("/live/nobody/index.mpd")
    assert status == 404 and b'"not_found"' in body, (status, body)


def test_a_segment_grows_over_http2():
    """The segment that is being made comes as it is made, through HTTP/2's flow control too."""
    port = free_port()
    server = Server({"https.listen": f"127.0.0.1:{port}", **certificate()})
    publish(server)
    manifest = server.get(urllib.parse.urlparse(wait_playable(server)).path)[2].decode()

    def value(name):
        return re.search(rf'\b{name}="([^"]+)"', manifest).group(1)
    began = datetime.datetime.fromisoformat(value("availabilityStartTime").replace("Z", "+00:00")).timestamp()
    length = int(value("duration")) / int(value("timescale"))
    start = float(re.search(r'<Period [^>]*start="PT([\d.]+)S"', manifest).group(1))
    number = int(value("startNumber")) + int((time.time() - began - start) / length) + 1
    file = pathlib.Path(tempfile.mkdtemp(prefix="eyas-dash-")) / "segment.m4s"
    sizes = set()
    client = peer("curl", "-sSkN", "--http2", "-w", "%{http_version} %{http_code}", "-o", file,
                  f"https://127.0.0.1:{port}/live/alpha/dash/video_{number}.m4s", timeout=20)

    def over():
        sizes.add(file.stat().st_size if file.exists() else 0)
        return not client.running()
    wait_for(over, 15, "the segment's end")
    assert client.wait() == 0 and client.output.strip() == "2 200", client.output
    assert len(sizes) >= 5, sizes
