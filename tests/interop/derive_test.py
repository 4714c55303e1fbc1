"""Tracks that workers derive: what a drone or an encoder sends and a browser cannot take."""
import json
import os
import signal

import peers_venv
from browser import Browser
from demo_test import workers_of
from harness import ROOT, Server, peer, run, wait_for

ALONE = True  # it measures time

NAME = "live/alpha"
LIPS_S = 0.040  # what eyes and ears take for in step



def flash_and_click(server, sound="aac"):
    """ffmpeg publishes H.264 with B-frames and sound: a flash and a click, together, each second."""
    process = peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re",
                   "-f", "lavfi", "-i", "color=black:size=640x360:rate=25,drawbox=t=fill:c=white:enable='lt(mod(t,1),0.039)'",
                   "-f", "lavfi", "-i", "aevalsrc='0.5*sin(2*PI*1000*t)*lt(mod(t,1),0.03)':s=48000:c=stereo",
                   "-c:v", "libx264", "-preset", "veryfast", "-bf", "2", "-g", "25", "-x264-params", "b-adapt=0:scenecut=0",
                   "-pix_fmt", "yuv420p", "-c:a", sound, "-b:a", "96k", "-f", "flv", server.rtmp(NAME), timeout=120)
    server.wait_live(NAME, 20)
    return process


def derived(server):
    """The ids of the stream's derived tracks."""
    return {track["id"]: track for track in server.stream(NAME)["tracks"] if track["derived_from"]}


def metric(server, name: str, make: str) -> float:
    for line in server.get("/metrics")[2].decode().splitlines():
        if line.startswith(f'{name}{{make="{make}"}}'):
            return float(line.split()[-1])
    raise AssertionError(f"no metric {name} of {make}")


def watched(server):
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("watch", "viewer", server.http(f"/{NAME}/whep"))
    assert answer["status"] == 201, answer
    return browser


def heard_and_seen(browser):
    facts = browser.run("facts", "viewer")
    return facts["frames"], facts.get("inbound-rtp-audio", {}).get("totalAudioEnergy", 0)


def test_aac_and_b_frames_reach_a_browser():
    server = Server({"derive.linger_ms": 1000})
    flash_and_click(server)
    assert not derived(server), "nobody wants them yet"
    browser = watched(server)
    wait_for(lambda: heard_and_seen(browser)[0] >= 50, 30, "50 pictures in Chromium")
    wait_for(lambda: heard_and_seen(browser)[1] > 0, 30, "sound in Chromium")
    tracks = derived(server)
    assert {track["codec"] for track in tracks.values()} == {"opus", "h264"}, tracks
    h264 = next(track for track in tracks.values() if track["codec"] == "h264")
    assert (h264["width"], h264["height"], h264["reorder_depth"]) == (640, 360, 0), h264
    assert metric(server, "eyas_derive_workers", "opus") == metric(server, "eyas_derive_workers", "h264") == 1
    browser.run("leave", "viewer")
    wait_for(lambda: not workers_of(server), 15, "the end of the workers")
    assert not derived(server)


def test_viewers_share_the_workers():
    server = Server()
    flash_and_click(server)
    browser = watched(server)
    for name in ("second", "third"):
        assert browser.run("watch", name, server.http(f"/{NAME}/whep"))["status"] == 201
    for name in ("viewer", "second", "third"):
        wait_for(lambda: browser.run("facts", name)["frames"] >= 10, 30, f"pictures of the {name}")
    assert len(workers_of(server)) == 2


def test_the_viewer_stays_when_a_worker_dies():
    server = Server()
    flash_and_click(server)
    browser = watched(server)
    wait_for(lambda: heard_and_seen(browser)[0] >= 25, 30, "pictures")
    before = workers_of(server)
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    wait_for(lambda: len(workers_of(server)) == 2 and not set(workers_of(server)) & set(before), 15, "two new workers")
    frames, energy = heard_and_seen(browser)
    wait_for(lambda: heard_and_seen(browser)[0] >= frames + 50, 30, "more pictures")
    wait_for(lambda: heard_and_seen(browser)[1] > energy, 15, "more sound")
    assert browser.run("facts", "viewer")["connection"] == "connected"
    assert metric(server, "eyas_derive_restarts_total", "h264") == 1


def check_lips(seen):
    offsets = [min((click - flash for click in seen["clicks"]), key=abs) for flash in seen["flashes"]]
    # The first and the last may lack their partner.
    inner = offsets[1:-1]
    assert len(inner) >= 4, seen
    assert max(abs(offset) for offset in inner) < LIPS_S, inner


def test_lips_stay_in_step():
    """From ffmpeg's encoder to a viewer's decoders, through two workers and RTP."""
    python = peers_venv.python("aiortc")
    server = Server()
    flash_and_click(server)
    output = run(python, ROOT / "tests" / "interop" / "lipsync_peer.py", server.http(f"/{NAME}/whep"), 12, timeout=50)
    seen = json.loads(output.splitlines()[-1])
    assert {track["codec"] for track in derived(server).values()} == {"opus", "h264"}
    check_lips(seen)


def watched_without_its_codec(encoder, codec):
    """aiortc decodes H.264 and VP8 only: what it is shown was made of what came."""
    python = peers_venv.python("aiortc")
    server = Server()
    publisher = peer(python, "tests/interop/newest_ffmpeg.py", "publish", server.rtmp(NAME), 60, encoder, timeout=80)
    try:
        server.wait_live(NAME, 30)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{publisher.output}") from None
    assert [track["codec"] for track in server.stream(NAME)["tracks"]] == [codec]
    seen = json.loads(run(python, "tests/interop/aiortc_peer.py", "watch", server.http(f"/{NAME}/whep"), timeout=40).splitlines()[-1])
    assert seen["video"] >= 45, seen
    assert [track["codec"] for track in derived(server).values()] == ["h264"]


def test_h265_reaches_a_viewer_that_knows_none():
    watched_without_its_codec("libx265", "h265")


def test_av1_reaches_a_viewer_that_knows_none():
    watched_without_its_codec("libsvtav1", "av1")


# The other way round: a browser's Opus for players that know none.

def test_a_browsers_sound_reaches_rtmp_flv_and_hls_as_aac():
    server = Server({"derive.linger_ms": 1000})
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("publish", "camera", f"/{NAME}/whip", {"codec": "H264"})
    assert answer["status"] == 201, answer
    server.wait_live(NAME, 15)
    assert not derived(server), "nobody wants it yet"
    # Debian's FFmpeg knows no Opus in FLV.
    for address in (server.http(f"/{NAME}.flv"), server.rtmp(NAME)):
        shown = run("ffmpeg", "-nostdin", "-v", "error", "-i", address, "-t", "2", "-map", "0:v", "-map", "0:a",
                    "-f", "framecrc", "-", timeout=30).splitlines()
        assert sum(line.startswith("0,") for line in shown) >= 20, (address, shown[-40:])
        assert sum(line.startswith("1,") for line in shown) >= 80, (address, shown[-40:])
    assert [track["codec"] for track in derived(server).values()] == ["aac"]
    status, _, index = server.get(f"/{NAME}/index.m3u8", timeout=15)
    assert status == 200 and b"mp4a.40.2" in index and b"opus" not in index.lower(), (status, index)
    browser.run("leave", "camera")


def test_lips_stay_in_step_for_players_of_flv():
    """From FFmpeg 8's WHIP muxer through RTP, a worker and FLV."""
    python = peers_venv.python("aiortc")
    server = Server()
    peer(python, "tests/interop/ffmpeg_whip.py", server.http(f"/{NAME}/whip"))
    server.wait_live(NAME, 20)
    seen = json.loads(run(python, "tests/interop/lips_of_flv.py", server.http(f"/{NAME}.flv"), 7, timeout=40).splitlines()[-1])
    assert seen["sound"] == "aac", seen
    check_lips(seen)
