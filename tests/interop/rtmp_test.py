"""RTMP with other people's software: publish with ffmpeg and GStreamer, play with ffmpeg, GStreamer, librtmp, mpv."""
import pathlib
import re
import signal
import tempfile

from harness import Server, peer, run, wait_for

SECONDS = 3
FRAMES_LEAST = 40
DUMP_BYTES = 300_000  # more than FRAMES_LEAST pictures of the publisher below


def publish(server, name="live/alpha", audio=True):
    """ffmpeg that publishes a moving picture at 25 fps with a key frame each second."""
    sound = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:a", "aac"] if audio else []
    process = peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25",
                   *sound, "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25",
                   "-pix_fmt", "yuv420p", "-f", "flv", server.rtmp(name))
    server.wait_live(name.split("?")[0])
    return process


def frames_decoded(address) -> int:
    output = run("ffmpeg", "-nostdin", "-stats", "-i", address, "-t", SECONDS, "-map", "0:v", "-f", "null", "-",
                 timeout=20)
    return int(re.findall(r"frame=\s*(\d+)", output)[-1])


def session_on_air(server, name="live/alpha"):
    """The session that publishes the stream, or None."""
    publisher = server.stream(name)["publisher"]
    return publisher and publisher["session"]


def test_ffmpeg_publishes_and_plays():
    server = Server()
    publish(server)
    assert frames_decoded(server.rtmp("live/alpha")) >= FRAMES_LEAST


def test_ffprobe_sees_the_tracks_and_no_others():
    server = Server()
    publish(server)
    for address in (server.rtmp("live/alpha"), server.http("/live/alpha.flv")):
        shown = run("ffprobe", "-v", "error", "-show_entries", "stream=codec_type", "-of", "csv=p=0", address)
        assert sorted(shown.split()) == ["audio", "video"], (address, shown)


def test_credentials_in_the_address():
    server = Server()
    publish(server, "live/alpha?user=pilot&pass=secret", audio=False)
    assert frames_decoded(server.rtmp("live/alpha")) >= FRAMES_LEAST


def test_gstreamer_publishes_and_ffmpeg_plays():
    server = Server()
    peer("gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=25/1",
         "!", "x264enc", "tune=zerolatency", "key-int-max=25", "!", "h264parse", "!", "flvmux", "streamable=true", "!",
         "rtmp2sink", f"location={server.rtmp('live/gst')}")
    server.wait_live("live/gst")
    assert frames_decoded(server.rtmp("live/gst")) >= FRAMES_LEAST


def test_gstreamer_plays():
    server = Server()
    publish(server)
    output = run("gst-launch-1.0", "-v", "rtmp2src", f"location={server.rtmp('live/alpha')}", "num-buffers=150", "!",
                 "flvdemux", "name=d", "d.video", "!", "queue", "!", "h264parse", "!", "avdec_h264", "!", "fakesink",
                 "silent=false", "d.audio", "!", "queue", "!", "fakesink", timeout=30)
    assert output.count("chain") >= FRAMES_LEAST, output[-2000:]


def test_librtmp_plays():
    server = Server()
    publish(server)
    with tempfile.TemporaryDirectory() as folder:
        file = pathlib.Path(folder) / "dump.flv"
        process = peer("rtmpdump", "-r", server.rtmp("live/alpha"), "--live", "-o", file, timeout=30)
        wait_for(lambda: file.exists() and file.stat().st_size > DUMP_BYTES, 20, "the download")
        process.signal(signal.SIGINT)
        process.wait(10)
        output = run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                     "stream=nb_read_frames", "-of", "csv=p=0", file)
    assert int(output.strip().strip(",")) >= FRAMES_LEAST, output


def test_mpv_plays():
    server = Server()
    publish(server)
    output = run("mpv", "--no-config", "--vo=null", "--ao=null", f"--frames={FRAMES_LEAST}",
                 server.rtmp("live/alpha"), timeout=30)
    assert "End of file" in output, output[-2000:]


def test_second_publisher_is_refused():
    server = Server()
    publish(server)
    second = peer("ffmpeg", "-nostdin", "-loglevel", "error", "-re", "-f", "lavfi", "-i", "testsrc2=size=320x180", "-c:v",
                  "libx264", "-f", "flv", server.rtmp("live/alpha"), timeout=20)
    assert second.wait(15) != 0
    assert "taken" in second.output, second.output


def test_second_publisher_takes_over_when_configured():
    server = Server({"rtmp.second_publisher": "takeover"})
    first = publish(server)
    viewer = peer("ffmpeg", "-nostdin", "-stats", "-i", server.rtmp("live/alpha"), "-t", "8", "-map", "0:v", "-f", "null",
                  "-", timeout=40)
    wait_for(lambda: "frame=" in viewer.output, 15, "the viewer's first frames")
    before = session_on_air(server)
    publish(server)
    wait_for(lambda: session_on_air(server) not in (None, before), 10, "the second publisher on air")
    assert first.wait(15) != 0, first.output
    assert len(server.stream("live/alpha")["publishers"]) == 1
    assert viewer.wait(30) == 0, viewer.output


def test_publisher_that_comes_back_keeps_its_viewers():
    server = Server()
    first = publish(server)
    viewer = peer("ffmpeg", "-nostdin", "-stats", "-i", server.rtmp("live/alpha"), "-t", "8", "-map", "0:v", "-f", "null",
                  "-", timeout=40)
    wait_for(lambda: "frame=" in viewer.output, 15, "the viewer's first frames")
    first.kill()
    publish(server)
    assert viewer.wait(30) == 0, viewer.output
