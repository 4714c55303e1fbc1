"""MPEG transport streams with other people's software: UDP, multicast, RTP, TCP and HTTP, in and out, with KLV."""
import pathlib
import re
import socket
import tempfile

from harness import Server, free_port, need, peer, run, vlc, wait_for
from klv_test import check_run, recorded

FRAMES_LEAST = 25
MEDIA = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "lavfi", "-i", "sine=sample_rate=48000",
         "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p"]


def udp_port() -> int:
    return free_port(socket.SOCK_DGRAM)


def config(text: str) -> str:
    path = pathlib.Path(tempfile.mkdtemp(prefix="eyas-ts-")) / "eyas.yaml"
    path.write_text(f"sources:\n  dial_allow: 127.0.0.0/8\n  backoff_first_ms: 100\n{text}")
    return str(path)


def pulling(url: str, name="live/alpha") -> Server:
    return Server(config=config(f"  pulls:\n    - name: {name}\n      url: {url}\n"))


def sending(*output, sound=("-c:a", "aac"), media=MEDIA):
    return peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", *media, *sound, *output)


# Else ffmpeg watches for five seconds before it begins.
AT_ONCE = ["-analyzeduration", "500000", "-probesize", "300000"]


def frames_decoded(address, seconds=2) -> int:
    output = run("ffmpeg", "-nostdin", "-stats", *AT_ONCE, "-i", address, "-t", seconds, "-map", "0:v", "-f", "null", "-", timeout=30)
    return int(re.findall(r"frame=\s*(\d+)", output)[-1])


def codecs(server, name="live/alpha"):
    return {track["codec"] for track in server.wait_live(name)["tracks"]}


def test_ffmpeg_sends_udp_and_players_watch_over_http():
    port = udp_port()
    server = pulling(f"udp://127.0.0.1:{port}")
    sending("-f", "mpegts", f"udp://127.0.0.1:{port}?pkt_size=1316")
    wait_for(lambda: codecs(server) == {"h264", "aac"}, what="both tracks")
    assert frames_decoded(server.http("/live/alpha.ts")) >= FRAMES_LEAST
    shown = run("ffprobe", "-v", "error", *AT_ONCE, "-show_entries", "stream=codec_name", "-of", "csv=p=0", server.http("/live/alpha.ts"))
    assert {"h264", "aac"} <= set(shown.replace(",", " ").split()), shown
    assert frames_decoded(server.http("/live/alpha.flv")) >= FRAMES_LEAST


def test_a_group_on_loopback_with_h265_and_mp2():
    port = udp_port()
    server = pulling(f"udp://239.255.42.7:{port}?interface=127.0.0.1")
    media = [*MEDIA[:8], "-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25:bframes=0", "-pix_fmt", "yuv420p"]
    sending("-f", "mpegts", f"udp://239.255.42.7:{port}?localaddr=127.0.0.1&ttl=1&pkt_size=1316", sound=("-c:a", "mp2"), media=media)
    wait_for(lambda: codecs(server) == {"h265", "mp3"}, what="H.265 and MPEG audio")
    assert frames_decoded(server.http("/live/alpha.ts")) >= FRAMES_LEAST


def test_rtp_in_with_opus():
    port = udp_port()
    server = pulling(f"rtp://127.0.0.1:{port}")
    sending("-f", "rtp_mpegts", f"rtp://127.0.0.1:{port}?pkt_size=1328", sound=("-c:a", "libopus"))
    wait_for(lambda: codecs(server) == {"h264", "opus"}, what="both tracks")
    assert frames_decoded(server.http("/live/alpha.ts")) >= FRAMES_LEAST


def test_gstreamer_sends_udp():
    port = udp_port()
    server = pulling(f"udp://127.0.0.1:{port}")
    peer("gst-launch-1.0", "-q", "mpegtsmux", "name=mux", "alignment=7", "!", "udpsink", "host=127.0.0.1", f"port={port}",
         "videotestsrc", "is-live=true", "!", "video/x-raw,format=I420,width=320,height=180,framerate=25/1", "!", "x264enc",
         "tune=zerolatency", "key-int-max=25", "!", "h264parse", "!", "mux.",
         "audiotestsrc", "is-live=true", "!", "audioconvert", "!", "avenc_ac3", "!", "ac3parse", "!", "mux.")
    wait_for(lambda: codecs(server) == {"h264", "ac3"}, what="both tracks")
    assert frames_decoded(server.http("/live/alpha.ts")) >= FRAMES_LEAST


def test_tcp_in():
    port = free_port()
    server = pulling(f"tcp://127.0.0.1:{port}")
    sending("-f", "mpegts", f"tcp://127.0.0.1:{port}?listen=1")
    assert "h264" in codecs(server)


def publish(server, name="live/alpha"):
    process = sending("-f", "flv", server.rtmp(name))
    server.wait_live(name)
    return process


def pushing(url: str) -> Server:
    return Server(config=config(f"  pushes:\n    - stream: live/alpha\n      url: {url}\n"))


def test_ffmpeg_receives_what_is_pushed():
    for url in (f"udp://127.0.0.1:{udp_port()}", f"udp://239.255.42.8:{udp_port()}?interface=127.0.0.1"):
        server = pushing(url)
        publish(server)
        address = re.sub(r"\?.*", "?localaddr=127.0.0.1", url)
        assert frames_decoded(address) >= FRAMES_LEAST, url
        server.stop()


def test_ffmpeg_receives_over_tcp():
    port = free_port()
    receiver = peer("ffmpeg", "-nostdin", "-stats", *AT_ONCE, "-i", f"tcp://127.0.0.1:{port}?listen=1", "-t", "2", "-map", "0:v", "-f", "null", "-")
    server = pushing(f"tcp://127.0.0.1:{port}")
    publish(server)
    assert receiver.wait() == 0, receiver.output
    assert int(re.findall(r"frame=\s*(\d+)", receiver.output)[-1]) >= FRAMES_LEAST


def test_one_server_pulls_from_another():
    first = Server()
    publish(first)
    second = pulling(first.http("/live/alpha.ts"), "live/copy")
    assert {"h264", "aac"} == codecs(second, "live/copy")


def test_mpv_and_vlc_play():
    server = Server()
    publish(server)
    played = run("mpv", "--no-config", "--vo=null", "--ao=null", "--length=1", "--msg-level=all=status", server.http("/live/alpha.ts"), timeout=40)
    assert "Exiting" in played and "rror" not in played, played
    player = vlc("--run-time=2", server.http("/live/alpha.ts"), timeout=60)
    wait_for(lambda: re.search(r"(?i)received first picture|buffering done|using video decoder", player.output), 40, f"VLC plays\n{player.output[-3000:]}")


def test_klv_comes_out_as_it_went_in():
    need("ffmpeg")
    file, sent = recorded()
    port = udp_port()
    server = pulling(f"udp://127.0.0.1:{port}")
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-i", file, "-map", "0", "-c", "copy", "-f", "mpegts",
         f"udp://127.0.0.1:{port}?pkt_size=1316")
    wait_for(lambda: any(t["media_type"] == "application/klv" for t in server.wait_live("live/alpha")["tracks"]), what="a KLV track")
    run("ffmpeg", "-nostdin", "-loglevel", "error", *AT_ONCE, "-i", server.http("/live/alpha.ts"), "-t", "3", "-map", "0:d:0", "-c", "copy", "-f", "data",
        file.parent / "out.klv")
    got, packet = (file.parent / "out.klv").read_bytes(), len(sent[0])
    assert len(got) >= 10 * packet, got
    check_run([got[at:at + packet] for at in range(0, len(got), packet)], sent)


def test_no_such_stream_is_404_and_a_lost_sender_is_waited_for():
    port = udp_port()
    server = pulling(f"udp://127.0.0.1:{port}")
    status, _, body = server.get("/live/nobody.ts")
    assert status == 404 and b'"not_found"' in body, body
    for _ in range(2):
        sender = sending("-f", "mpegts", f"udp://127.0.0.1:{port}?pkt_size=1316")
        before = server.wait_live("live/alpha")["tracks"][0]["frames"]
        wait_for(lambda: server.stream("live/alpha")["tracks"][0]["frames"] > before + 25, what="frames flow")
        sender.kill()
