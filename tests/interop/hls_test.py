"""HLS: players of others play it, and its playlists keep the rules."""
import sys

from harness import ROOT, Server, Skip, peer, run, wait_for
from players import ffmpeg_plays, gstreamer_decodes_hls, gstreamer_plays, mpv_plays, vlc_plays

sys.path.append(str(ROOT / "tests" / "conformance"))
from hls_validator import parse_media, validate  # noqa: E402

FLIGHT = ROOT.parent / "shared" / "media" / "drone-crossing.mp4"
INDEX = "/live/alpha/index.m3u8"
VIDEO = "/live/alpha/hls/video.m3u8"


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


def publish_copy(server: Server):
    """The footage as it is, looped: keyframes far apart, as the camera made them."""
    if not FLIGHT.exists():
        raise Skip("the drone footage is not there")
    process = peer("ffmpeg", "-v", "error", "-re", "-stream_loop", "-1", "-i", FLIGHT, "-map", "0:v", "-c", "copy",
                   "-f", "flv", server.rtmp("live/alpha"), timeout=120)
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
    ffmpeg_plays(wait_playable(server))


def test_mpv_plays():
    server = Server()
    publish(server)
    mpv_plays(wait_playable(server))


def test_gstreamer_plays():
    server = Server()
    publish(server, audio=False)
    gstreamer_decodes_hls(wait_playable(server), "qtdemux")


def test_gstreamer_plays_video_and_audio():
    server = Server()
    publish(server)
    gstreamer_plays(wait_playable(server))


def test_vlc_plays():
    server = Server()
    publish(server)
    assert "audio output" in vlc_plays(wait_playable(server))


def test_ffmpeg_plays_footage_as_the_camera_encoded_it():
    server = Server()
    publish_copy(server)
    address = wait_playable(server)
    shown = run("ffmpeg", "-v", "error", "-i", address, "-frames:v", "60", "-f", "framecrc", "-", timeout=40)
    assert sum(line.startswith("0,") for line in shown.splitlines()) == 60, shown[-2000:]
    problems = validate(address, 6)
    assert not problems, "\n".join(problems)


def test_publisher_that_comes_back_keeps_its_viewers():
    server = Server()
    first = publish(server, audio=False)
    viewer = peer("ffmpeg", "-nostdin", "-stats", "-i", wait_playable(server), "-t", "12", "-f", "null", "-", timeout=60)
    wait_for(lambda: "frame=" in viewer.output, 15, "the viewer's first frames")
    before = server.get(VIDEO)[2].decode()
    first.kill()
    wait_for(lambda: server.stream("live/alpha")["state"] == "waiting", 5, "the publisher's absence")
    status, _, meanwhile = server.get(VIDEO)
    assert status == 200 and b"#EXT-X-ENDLIST" not in meanwhile, meanwhile
    publish(server, audio=False)
    newest = len(parse_media(before).segments) + parse_media(before).sequence

    def goes_on():
        status, _, text = server.get(VIDEO)
        assert status == 200, text
        after = parse_media(text.decode())
        return after if after.sequence + len(after.segments) > newest + 1 else None
    assert wait_for(goes_on, 15, "new segments").sequence >= parse_media(before).sequence
    assert viewer.wait(40) == 0, viewer.output
    assert " 404" not in viewer.output, viewer.output


def test_a_stream_that_is_not_there_is_not_found():
    status, _, body = Server().get("/live/nobody/index.m3u8")
    assert status == 404 and b'"not_found"' in body, (status, body)


def test_publisher_that_comes_back_without_audio_keeps_its_viewers():
    server = Server()
    first = publish(server)
    viewer = peer("ffmpeg", "-nostdin", "-v", "error", "-i", wait_playable(server), "-t", "14", "-f", "framecrc", "-", timeout=60)
    wait_for(lambda: sum(line.startswith("1,") for line in list(viewer.lines)) > 50, 20, "the viewer's first sounds")
    first.kill()
    publish(server, audio=False)
    assert viewer.wait(50) == 0, viewer.output
    sounds = [int(line.split(",")[2]) for line in list(viewer.lines) if line.startswith("1,")]
    pictures = [int(line.split(",")[2]) for line in list(viewer.lines) if line.startswith("0,")]
    assert sounds[-1] / 48000 > 12 and len(pictures) > 200, (sounds[-5:], pictures[-5:])
