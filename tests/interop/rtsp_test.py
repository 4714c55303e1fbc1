"""RTSP with other people's software: ffmpeg and GStreamer publish and play over TCP, UDP and TLS; VLC and mpv play."""
import pathlib
import re
import subprocess
import tempfile

from harness import Server, Skip, free_port, need, peer, run, vlc, wait_for

SECONDS = 2
FRAMES_LEAST = 30
LOGIN = {"rtsp.user": "pilot", "rtsp.password": "secret"}


def picture(*codec):
    return ["-re", "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", *codec, "-g", "25", "-pix_fmt", "yuv420p"]


H264 = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency"]
H265 = ["-c:v", "libx265", "-preset", "ultrafast", "-tune", "zerolatency", "-x265-params", "log-level=none"]
AAC = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:a", "aac"]


def publish(server, transport="tcp", name="live/alpha", codec=H264, audio=True, login=""):
    """ffmpeg that publishes a moving picture at 25 fps with a key frame each second."""
    video = picture(*codec)
    inputs, encoding = video[:5], video[5:]
    sound, sound_codec = (AAC[:4], AAC[4:]) if audio else ([], [])
    process = peer("ffmpeg", "-nostdin", "-loglevel", "warning", *inputs, *(["-re"] if audio else []), *sound, *encoding,
                   *sound_codec, "-f", "rtsp", "-rtsp_transport", transport, server.rtsp(name, login))
    server.wait_live(name.split("?")[0])
    return process


def frames_decoded(address, *options) -> int:
    output = run("ffmpeg", "-nostdin", "-stats", *options, "-i", address, "-t", SECONDS, "-map", "0:v", "-f", "null", "-",
                 timeout=20)
    assert "error" not in output.lower(), output
    return int(re.findall(r"frame=\s*(\d+)", output)[-1])


def metric(server, name) -> float:
    text = server.get("/metrics")[2].decode()
    return float(re.search(rf"^{re.escape(name)} (\S+)", text, re.M).group(1))


def certificate():
    folder = tempfile.mkdtemp(prefix="eyas-tls-")
    need("openssl")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{folder}/key.pem", "-out",
                    f"{folder}/cert.pem"], check=True, capture_output=True)
    return {"tls.certificate": f"{folder}/cert.pem", "tls.key": f"{folder}/key.pem"}


def test_ffmpeg_publishes_and_plays_over_tcp():
    server = Server()
    publish(server)
    assert frames_decoded(server.rtsp("live/alpha"), "-rtsp_transport", "tcp") >= FRAMES_LEAST
    tracks = server.stream("live/alpha")["tracks"]
    assert [t["codec"] for t in tracks] == ["h264", "aac"], tracks


def test_ffmpeg_publishes_and_plays_over_udp():
    server = Server()
    publish(server, "udp")
    assert frames_decoded(server.rtsp("live/alpha"), "-rtsp_transport", "udp") >= FRAMES_LEAST


def test_h265_and_what_stands_behind_the_name():
    server = Server()
    publish(server, name="live/alpha?key=value", codec=H265, audio=False)
    assert frames_decoded(server.rtsp("live/alpha?key=value"), "-rtsp_transport", "tcp") >= FRAMES_LEAST


def test_rtmp_in_and_rtsp_out():
    server = Server()
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", *picture(*H264), "-f", "flv", server.rtmp("live/alpha"))
    server.wait_live("live/alpha")
    shown = run("ffprobe", "-v", "error", "-rtsp_transport", "tcp", "-show_entries", "stream=codec_name,width", "-of",
                "csv=p=0", server.rtsp("live/alpha"))
    assert "h264,320" in shown, shown


def test_ffmpeg_over_tls():
    port = free_port()
    server = Server({"rtsps.listen": f"127.0.0.1:{port}", **LOGIN, **certificate()})
    address = f"rtsps://pilot:secret@127.0.0.1:{port}/live/alpha"
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", *picture(*H264), "-f", "rtsp", "-rtsp_transport", "tcp", address)
    server.wait_live("live/alpha")
    assert frames_decoded(address, "-rtsp_transport", "tcp") >= FRAMES_LEAST


def test_ffmpeg_shows_its_login():
    server = Server(LOGIN)
    publish(server, audio=False, login="pilot:secret")
    assert frames_decoded(server.rtsp("live/alpha", "pilot:secret"), "-rtsp_transport", "tcp") >= FRAMES_LEAST
    wrong = peer("ffmpeg", "-nostdin", "-i", server.rtsp("live/alpha", "pilot:wrong"), "-f", "null", "-")
    assert wrong.wait(15) != 0
    assert "401" in wrong.output, wrong.output
    assert metric(server, "eyas_rtsp_logins_refused_total") >= 1
    assert "secret" not in server.process.output


def gstreamer_publishes(server, protocols, name="live/gst", login=""):
    peer("gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=25/1", "!",
         "x264enc", "tune=zerolatency", "speed-preset=ultrafast", "key-int-max=25", "!", "h264parse", "!", "rtspclientsink",
         f"location={server.rtsp(name, login)}", f"protocols={protocols}")
    server.wait_live(name)


def gstreamer_plays(address, protocols, *more):
    output = run("gst-launch-1.0", "-v", "rtspsrc", f"location={address}", f"protocols={protocols}", "latency=0", *more, "!",
                 "rtph264depay", "!", "h264parse", "!", "avdec_h264", "!", "identity", f"eos-after={FRAMES_LEAST}", "!",
                 "fakesink", "silent=false", timeout=30)
    assert output.count("chain") >= FRAMES_LEAST - 1, output[-2000:]


def test_gstreamer_publishes_and_plays_over_tcp():
    server = Server()
    gstreamer_publishes(server, "tcp")
    gstreamer_plays(server.rtsp("live/gst"), "tcp")


def test_gstreamer_publishes_and_plays_over_udp():
    server = Server()
    gstreamer_publishes(server, "udp")
    gstreamer_plays(server.rtsp("live/gst"), "udp")


def test_gstreamer_shows_its_login():
    server = Server(LOGIN)
    gstreamer_publishes(server, "tcp", login="pilot:secret")
    gstreamer_plays(server.rtsp("live/gst", "pilot:secret"), "tcp")


def test_mpv_plays():
    server = Server()
    publish(server)
    output = run("mpv", "--no-config", "--vo=null", "--ao=null", f"--frames={FRAMES_LEAST}", server.rtsp("live/alpha"),
                 timeout=30)
    assert "End of file" in output, output[-2000:]


def test_vlc_plays_over_udp_and_tcp():
    if not list(pathlib.Path("/usr/lib").glob("*/vlc/plugins/*/liblive555_plugin.so")):
        raise Skip("this VLC has no RTSP client (live555)")
    for options in ([], ["--rtsp-tcp"]):
        server = Server()
        publish(server, audio=False)
        process = vlc(*options, server.rtsp("live/alpha"))
        wait_for(lambda: "first picture" in process.output, 20, "a picture in VLC")
        process.kill()


def test_second_publisher_is_refused():
    server = Server()
    publish(server, audio=False)
    second = peer("ffmpeg", "-nostdin", "-loglevel", "error", *picture(*H264), "-f", "rtsp", server.rtsp("live/alpha"))
    assert second.wait(15) != 0
    assert "403" in second.output, second.output


def test_a_stream_that_is_not_there_is_not_found():
    server = Server({"rtsp.play_wait_ms": 100})
    player = peer("ffmpeg", "-nostdin", "-loglevel", "error", "-i", server.rtsp("live/none"), "-f", "null", "-")
    assert player.wait(15) != 0
    assert "404" in player.output, player.output


def test_multicast_on_loopback():
    server = Server({"rtsp.multicast.range": "239.255.42.0/29", "rtsp.multicast.interface": "127.0.0.1",
                     "rtsp.multicast.port": 26200})
    publish(server, audio=False)
    gstreamer_plays(server.rtsp("live/alpha"), "udp-mcast", "multicast-iface=lo")


def test_gstreamer_over_tls():
    port = free_port()
    server = Server({"rtsps.listen": f"127.0.0.1:{port}", **LOGIN, **certificate()})
    address = f"rtsps://pilot:secret@127.0.0.1:{port}/live/gst"
    # What signed the certificate is unknown to GStreamer: 0 is no check.
    peer("gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=25/1", "!",
         "x264enc", "tune=zerolatency", "speed-preset=ultrafast", "key-int-max=25", "!", "h264parse", "!", "rtspclientsink",
         f"location={address}", "protocols=tcp", "tls-validation-flags=0")
    server.wait_live("live/gst")
    gstreamer_plays(address, "tcp", "tls-validation-flags=0")
