"""Enhanced RTMP with the newest FFmpeg: what it publishes comes out of RTMP, HTTP-FLV and HLS."""
import json

from harness import ROOT, Server, Skip, peer, run, wait_for

PEER = ROOT / "build" / "peers" / "bin" / "python"
SCRIPT = ROOT / "tests" / "interop" / "newest_ffmpeg.py"
PUBLISH_S = 40
PICTURES_LEAST = 40


def need_peer():
    if not PEER.exists():
        raise Skip("PyAV is not installed; tools/bootstrap test installs it")


def publish(server, *encoders):
    """Publishes one track for each encoder; returns the stream's tracks once media of all of them came."""
    need_peer()
    peer(PEER, SCRIPT, "publish", server.rtmp("live/alpha"), PUBLISH_S, *encoders, timeout=PUBLISH_S + 20)
    server.wait_live("live/alpha", 20)

    def tracks():
        found = server.stream("live/alpha")["tracks"]
        return len(found) == len(encoders) and all(track["frames"] > 0 for track in found) and found
    return wait_for(tracks, 10, f"{len(encoders)} tracks\n{server.output}\n")


def played(address, seconds=3):
    return json.loads(run(PEER, SCRIPT, "play", address, seconds, timeout=30).splitlines()[-1])


def check_pictures(server, codec):
    """Both FLV ways give the codec, and pictures that decode."""
    for address in (server.rtmp("live/alpha"), server.http("/live/alpha.flv")):
        video = [track for track in played(address) if track["type"] == "video"]
        assert [track["codec"] for track in video] == [codec], (address, video)
        assert video[0]["pictures"] >= PICTURES_LEAST and video[0]["width"] == 320, (address, video)


def check_hls(server, codecs, with_audio=True):
    """The multivariant playlist names the codecs, and Debian's FFmpeg decodes what it leads to."""
    index = "/live/alpha/index.m3u8"
    wait_for(lambda: server.get(index, timeout=15)[0] == 200, 20, "the multivariant playlist")
    text = server.get(index)[2].decode()
    assert all(codec in text for codec in codecs) and "RESOLUTION=320x180" in text, text
    shown = run("ffmpeg", "-v", "error", "-i", server.http(index), "-t", "3", "-f", "framecrc", "-", timeout=40)
    lines = shown.splitlines()
    assert sum(line.startswith("0,") for line in lines) >= PICTURES_LEAST, shown[-2000:]
    assert not with_audio or sum(line.startswith("1,") for line in lines) >= 50, shown[-2000:]


def test_h265_and_aac():
    server = Server()
    tracks = publish(server, "libx265", "aac")
    assert [track["codec"] for track in tracks] == ["h265", "aac"], tracks
    check_pictures(server, "hevc")
    check_hls(server, ["hvc1.", "mp4a.40.2"])


def test_av1_and_opus():
    server = Server()
    tracks = publish(server, "libsvtav1", "libopus")
    assert [track["codec"] for track in tracks] == ["av1", "opus"], tracks
    check_pictures(server, "libdav1d")
    check_hls(server, ["av01.", "mp4a.40.2"])


def test_h265_and_opus():
    server = Server({"hls.sound": "original"})
    publish(server, "libx265", "libopus")
    check_hls(server, ["hvc1.", "opus"])


def test_vp9_and_flac():
    server = Server()
    tracks = publish(server, "libvpx-vp9", "flac")
    assert [track["codec"] for track in tracks] == ["vp9", "flac"], tracks
    check_pictures(server, "vp9")


def test_ac3_is_passed_on():
    server = Server()
    publish(server, "libx264", "ac3")
    audio = [track for track in played(server.rtmp("live/alpha")) if track["type"] == "audio"]
    assert [track["codec"] for track in audio] == ["ac3"] and audio[0]["packets"] >= 50, audio


def test_several_tracks_are_tracks_of_one_stream():
    server = Server()
    tracks = publish(server, "libx264", "libx264", "aac", "libopus")
    assert sorted(track["codec"] for track in tracks) == ["aac", "h264", "h264", "opus"], tracks
    assert sorted(track["width"] for track in tracks if track["kind"] == "video") == [256, 320], tracks
    came = [(track["type"], track["codec"]) for track in played(server.rtmp("live/alpha"), 5) if track["packets"] > 0]
    assert sorted(came) == [("audio", "aac"), ("audio", "opus"), ("video", "h264"), ("video", "h264")], came
    check_hls(server, ["avc1.", "mp4a.40.2"])
