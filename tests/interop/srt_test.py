"""SRT with other people's software: ffmpeg, GStreamer, srt-live-transmit; called and calling, encrypted and not."""
import json
import re
import socket

from harness import Process, Server, free_port, need, peer, run, wait_for

SECRET = "between-us-two"
PICTURE = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25"]
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100"]
CODED = ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac"]
FRAMES_LEAST = 40


def send(address) -> Process:
    """ffmpeg that sends picture and sound to the address."""
    return peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", *PICTURE, *SOUND, *CODED, "-f", "mpegts", address)


def publish(server, stream_id="publish:live/alpha", name="live/alpha", more=""):
    sender = send(server.srt(stream_id, more))
    server.wait_live(name)
    return sender


def frames_decoded(address) -> int:
    output = run("ffmpeg", "-nostdin", "-stats", "-i", address, "-t", 3, "-map", "0:v", "-f", "null", "-", timeout=30)
    return int(re.findall(r"frame=\s*(\d+)", output)[-1])


def pulling(*records, more=None) -> dict:
    """Settings of a server that fetches, from this machine too."""
    return {"sources.pulls": json.dumps(records), "sources.dial_allow": "127.0.0.0/8", **(more or {})}


def test_ffmpeg_publishes_and_plays():
    server = Server()
    publish(server)
    wait_for(lambda: {track["codec"] for track in server.stream("live/alpha")["tracks"]} == {"h264", "aac"}, 5, "both tracks")
    assert frames_decoded(server.srt("read:live/alpha")) >= FRAMES_LEAST


def test_standard_spelling_of_the_stream_id():
    server = Server()
    publish(server, "#!::r=live/alpha,m=publish,u=kim")
    assert frames_decoded(server.srt("%23!::r%3Dlive/alpha%2Cm%3Drequest")) >= FRAMES_LEAST


def test_gstreamer_publishes_and_plays():
    need("gst-launch-1.0")
    server = Server()
    peer("gst-launch-1.0", "-q", "videotestsrc", "is-live=true", "!", "video/x-raw,width=320,height=180,framerate=25/1", "!",
         "x264enc", "tune=zerolatency", "key-int-max=25", "!", "h264parse", "config-interval=-1", "!", "mpegtsmux", "alignment=7", "!",
         "srtsink", f"uri=srt://127.0.0.1:{server.srt_port}", "streamid=publish:live/gst")
    server.wait_live("live/gst")
    output = run("gst-launch-1.0", "-v", "srtsrc", f"uri=srt://127.0.0.1:{server.srt_port}?streamid=read:live/gst", "num-buffers=600",
                 "!", "tsdemux", "!", "h264parse", "!", "avdec_h264", "!", "fakesink", "silent=false", timeout=30)
    assert output.count("chain") >= FRAMES_LEAST, output[-500:]


def test_what_comes_by_srt_is_seen_by_all():
    server = Server()
    publish(server)
    assert frames_decoded(server.rtmp("live/alpha")) >= FRAMES_LEAST
    assert frames_decoded(server.http("/live/alpha/index.m3u8")) >= FRAMES_LEAST


def test_only_who_knows_the_passphrase_is_let_in():
    server = Server({"srt.passphrase": SECRET})
    secret = f"&passphrase={SECRET}"
    for wrong in ("", "&passphrase=something-else"):
        refused = send(server.srt("publish:live/alpha", wrong))
        assert refused.wait(15) != 0
    assert server.stream("live/alpha") is None
    publish(server, more=secret)
    assert frames_decoded(server.srt("read:live/alpha", secret)) >= FRAMES_LEAST


def test_a_stream_id_that_says_nothing_is_refused_with_a_reason():
    server = Server()
    assert send(server.srt("live/alpha")).wait(15) != 0
    wait_for(lambda: "srt.refused" in server.output and "publish: or read: is missing" in server.output, 5, "the reason in the log")


def test_path_statistics_are_shown():
    server = Server()
    publish(server)
    facts = wait_for(lambda: (server.stream("live/alpha")["quirks"] or {}).get("packets", 0) > 10 and server.stream("live/alpha"), 10,
                     "statistics")
    assert facts["quirks"]["latency_ms"] >= 120, facts["quirks"]
    assert "rtt_us" in facts["quirks"] and "packets_lost" in facts["quirks"]


def test_viewers_paths_and_the_addresses_are_shown():
    server = Server()
    publish(server)
    addresses = server.stream("live/alpha")["addresses"]
    assert addresses["srt_read"] == f"srt://HOST:{server.srt_port}?streamid=read:live/alpha", addresses
    assert addresses["rtsp"] == f"rtsp://HOST:{server.rtsp_port}/live/alpha", addresses
    # What the API names is what plays.
    peer("ffmpeg", "-nostdin", "-loglevel", "error", "-i", addresses["srt_read"].replace("HOST", "127.0.0.1"), "-f", "null", "-")
    path, = wait_for(lambda: server.stream("live/alpha")["readers"]["paths"], what="the viewer's path")
    assert path["protocol"] == "srt" and path["peer"].startswith("127.0.0.1:"), path
    assert path["counters"]["rtt_us"] > 0 and {"packets", "packets_lost", "packets_resent"} <= path["counters"].keys(), path
    assert json.loads(server.get("/api/v1/info")[2])["listen"]["srt"] == f"127.0.0.1:{server.srt_port}"
    wait_for(lambda: re.search(r"^eyas_srt_sent_packets_total [1-9]", server.get("/metrics")[2].decode(), re.M), what="the sum of viewers' packets")


def test_a_second_publisher_is_refused_and_the_first_stays():
    server = Server()
    first = publish(server)
    assert send(server.srt("publish:live/alpha")).wait(15) != 0
    assert first.running() and server.stream("live/alpha")["state"] == "live"


def test_pull_calls_an_encoder_that_listens():
    port = free_port(socket.SOCK_DGRAM)
    send(f"srt://127.0.0.1:{port}?mode=listener")
    server = Server(pulling({"name": "cctv/front", "url": f"srt://127.0.0.1:{port}"}))
    server.wait_live("cctv/front", 20)
    assert frames_decoded(server.srt("read:cctv/front")) >= FRAMES_LEAST


def test_pull_waits_for_an_encoder_that_calls():
    port = free_port(socket.SOCK_DGRAM)
    server = Server(pulling({"name": "cctv/front", "url": f"srt://127.0.0.1:{port}?mode=listener"}))
    send(f"srt://127.0.0.1:{port}?mode=caller")
    server.wait_live("cctv/front", 20)


def test_pull_from_another_eyas():
    origin = Server()
    publish(origin)
    edge = Server(pulling({"name": "live/copy", "url": origin.srt("read:live/alpha")}))
    edge.wait_live("live/copy", 20)
    assert frames_decoded(edge.srt("read:live/copy")) >= FRAMES_LEAST


def test_push_to_another_eyas_and_to_srt_live_transmit():
    need("srt-live-transmit")
    other = Server()
    port = free_port(socket.SOCK_DGRAM)
    transmit = peer("srt-live-transmit", f"srt://:{port}?mode=listener", f"udp://127.0.0.1:{free_port(socket.SOCK_DGRAM)}", "-s:100", "-pf:json")
    pushes = [{"stream": "live/alpha", "url": other.srt("publish:live/copy")},
              {"stream": "live/alpha", "url": f"srt://127.0.0.1:{port}"}]
    server = Server({"sources.pushes": json.dumps(pushes), "sources.dial_allow": "127.0.0.0/8"})
    publish(server)
    other.wait_live("live/copy", 20)
    wait_for(lambda: '"packetsUnique"' in transmit.output, 20, "statistics of srt-live-transmit")


def test_rendezvous_with_srt_live_transmit():
    need("srt-live-transmit")
    port, between = free_port(socket.SOCK_DGRAM), free_port(socket.SOCK_DGRAM)
    # Rendezvous binds the port that it calls; on one machine the two sides need two addresses.
    peer("srt-live-transmit", f"udp://:{between}", f"srt://127.0.0.1:{port}?mode=rendezvous&adapter=127.0.0.2")
    send(f"udp://127.0.0.1:{between}?pkt_size=1316")
    server = Server(pulling({"name": "cctv/front", "url": f"srt://127.0.0.2:{port}?mode=rendezvous&adapter=127.0.0.1"}))
    server.wait_live("cctv/front", 20)
