"""HLS: players of others play it, and its playlists keep the rules."""
import sys

from harness import ROOT, Server, Skip, peer, run, wait_for

sys.path.append(str(ROOT / "tests" / "conformance"))
from hls_validator import validate  # noqa: E402

FLIGHT = ROOT.parent / "shared" / "media" / "drone-crossing.mp4"
INDEX = "/live/alpha/index.m3u8"


def publish(server: Server, audio: bool = True):
    """Real footage, encoded anew with a keyframe each second, in a loop, with a tone beside it."""
    if not FLIGHT.exists():
        raise Skip("the drone footage is not there")
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000"] if audio else []
    process = peer("ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", FLIGHT, *sound,
                   "-map", "0:v", *(["-map", "1:a", "-c:a", "aac"] if audio else []),
                   "-vf", "scale=640:-2", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency",
                   "-g", "25", "-f", "flv", server.rtmp("live/alpha"), timeout=120)
    server.wait_live("live/alpha", 20)
    return process


def wait_playable(server: Server) -> str:
    wait_for(lambda: server.get(INDEX, timeout=15)[0] == 200, 20, "the multivariant playlist")
    return server.http(INDEX)


def test_playlists_keep_the_rules():
    server = Server()
    publish(server)
    problems = validate(wait_playable(server), 6)
    assert not problems, "\n".join(problems)


def test_ffmpeg_plays_video_and_audio():
    server = Server()
    publish(server)
    shown = run("ffmpeg", "-v", "error", "-i", wait_playable(server), "-t", "4", "-f", "framecrc", "-", timeout=40)
    lines = [line for line in shown.splitlines() if line and not line.startswith("#")]
    assert sum(line.startswith("0,") for line in lines) >= 75, shown[-2000:]
    assert sum(line.startswith("1,") for line in lines) >= 100, shown[-2000:]


def test_mpv_plays():
    server = Server()
    publish(server)
    run("mpv", "--no-config", "--vo=null", "--ao=null", "--length=3", wait_playable(server), timeout=40)


def test_gstreamer_plays():
    server = Server()
    publish(server, audio=False)
    shown = run("gst-launch-1.0", "-v", "souphttpsrc", f"location={wait_playable(server)}", "!", "hlsdemux", "!",
                "qtdemux", "!", "h264parse", "!", "identity", "eos-after=50", "!", "fakesink", timeout=40)
    assert "video/x-h264" in shown, shown[-2000:]


def test_a_stream_that_is_not_there_is_not_found():
    status, _, body = Server().get("/live/nobody/index.m3u8")
    assert status == 404 and b'"not_found"' in body, (status, body)
