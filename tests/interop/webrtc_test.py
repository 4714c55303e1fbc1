"""WebRTC with other people's stacks: Chromium, aiortc, GStreamer's webrtcbin and FFmpeg 8's WHIP muxer publish by WHIP
and watch by WHEP."""
import json
import re
import subprocess
import urllib.error
import urllib.request

import peers_npm
import peers_venv
from browser import Browser
from harness import ROOT, Server, Skip, free_port, peer, run, wait_for

ALONE = True  # it measures time

FRAMES_LEAST = 45
MEDIA_S = 15
DEBIAN_PYTHON = "/usr/bin/python3"  # has the bindings of Debian's packages


def picture(server, name="live/alpha", codec=("libx264", "-preset", "ultrafast", "-tune", "zerolatency"), audio=()):
    """ffmpeg that publishes a moving picture by RTMP at 30 fps with a key frame each second."""
    process = peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30",
                   *audio, "-c:v", *codec, "-g", "30", "-pix_fmt", "yuv420p", "-f", "flv", server.rtmp(name), timeout=90)
    server.wait_live(name)
    return process


def counter(server, name) -> int:
    _, _, body = server.get("/metrics")
    return int(float(re.search(rf"^eyas_webrtc_{name} (\S+)", body.decode(), re.M).group(1)))


def wait_frames(browser, name="viewer", least=FRAMES_LEAST):
    """Waits until the page has shown so many pictures; its facts."""
    def shown():
        facts = browser.run("facts", name)
        return facts["frames"] >= least and facts
    try:
        return wait_for(shown, MEDIA_S, f"{least} pictures")
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{json.dumps(browser.run('facts', name))[:3000]}") from None


def watch(server, browser, name="live/alpha", **how):
    answer = browser.run("watch", "viewer", f"/{name}/whep", how)
    assert answer["status"] == 201, answer
    return answer


def post(server, path, body, content_type="application/sdp"):
    request = urllib.request.Request(server.http(path), body.encode(), {"Content-Type": content_type}, method="POST")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers, answer.read().decode()


# Chromium watches.

def test_chromium_watches_by_udp():
    server = Server()
    picture(server)
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    facts = wait_frames(browser)
    video = facts["inbound-rtp-video"]
    assert facts["width"] == 640 and "video/H264" in facts["codecs"], facts
    assert video["packetsLost"] == 0 and video["framesDropped"] == 0, video
    assert video["jitterBufferDelay"] / video["jitterBufferEmittedCount"] < 0.05, "playout-delay 0 shows at once"
    assert facts["transport"]["srtpCipher"] == "SRTP_AEAD_AES_128_GCM", facts["transport"]
    assert browser.run("leave", "viewer") == 200
    wait_for(lambda: counter(server, "sessions_open") == 0, 5, "no session left")


def test_chromium_watches_by_tcp():
    server = Server()
    picture(server)
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser, tcp=True)
    facts = wait_frames(browser)
    pair = facts["pair"]
    used = next(c for c in facts["remote-candidate"] if c["id"] == pair["remoteCandidateId"])
    assert used["protocol"] == "tcp", used
    assert counter(server, "tcp_connections_open") >= 1
    assert facts["inbound-rtp-video"]["framesDropped"] == 0


def test_chromium_sees_the_first_picture_at_once():
    server = Server()
    picture(server)
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    facts = wait_frames(browser)
    # A group is a second long: without its beginning the mean wait alone would be half a second.
    assert facts["firstFrameMs"] < 500, facts["firstFrameMs"]


def test_chromium_hears_of_the_streams_end():
    server = Server({"hub.linger_ms": 500})
    publisher = picture(server)
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    wait_frames(browser)
    publisher.kill()
    wait_for(lambda: counter(server, "sessions_open") == 0, 10, "the session's end")
    wait_for(lambda: browser.run("facts", "viewer")["transport"]["dtlsState"] == "closed", 5, "the page's notice")


def test_chromium_restarts_ice_and_goes_on_watching():
    server = Server()
    picture(server)
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    before = wait_frames(browser)
    assert browser.run("restart", "viewer") == {"status": 200, "changed": True}
    after = wait_frames(browser, least=before["frames"] + FRAMES_LEAST)
    assert after["transport"]["iceLocalUsernameFragment"] != before["transport"]["iceLocalUsernameFragment"]
    assert after["inbound-rtp-video"]["keyFramesDecoded"] >= 1 and after["connection"] == "connected", after
    assert counter(server, "restarts_total") == 1


def test_aac_is_heard_as_opus():
    server = Server()
    picture(server, audio=("-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100", "-c:a", "aac"))
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    facts = wait_frames(browser)
    assert "audio/opus" in facts["codecs"], facts["codecs"]
    wait_for(lambda: browser.run("facts", "viewer")["inbound-rtp-audio"]["totalAudioEnergy"] > 0, 10, "the tone")


def test_what_chromium_cannot_decode_is_said():
    server = Server()
    picture(server)
    status, _, body = post(server, "/live/alpha/whep", "v=0\r\n")
    assert status == 400, (status, body)
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("watch", "viewer", "/live/nobody/whep", {})
    assert answer["status"] == 404 and "retry-after" in answer["headers"], answer


# Chromium publishes.

def publish_from_chromium(server, codec, **how):
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("publish", "camera", "/live/alpha/whip", {"codec": codec, **how})
    if answer.get("unsupported"):
        raise Skip(f"this Chromium does not encode {codec}")
    assert answer["status"] == 201, answer
    server.wait_live("live/alpha", 15)
    return browser


def chromium_round_trip(codec):
    server = Server()
    browser = publish_from_chromium(server, codec)
    watch(server, browser)
    facts = wait_frames(browser)
    assert f"video/{codec}" in facts["codecs"], facts["codecs"]
    video, audio = facts["inbound-rtp-video"], facts["inbound-rtp-audio"]
    assert facts["width"] in (640, 480, 320), facts["width"]  # fewer pixels where Chromium finds the machine busy
    assert audio["packetsReceived"] > 20 and audio["totalAudioEnergy"] > 0, audio
    assert video["packetsLost"] == 0, video
    sent = browser.run("facts", "camera")["outbound-rtp-video"]
    assert sent["framesEncoded"] >= FRAMES_LEAST, sent
    assert browser.run("leave", "camera") == 200
    wait_for(lambda: not server.stream("live/alpha") or server.stream("live/alpha")["state"] == "waiting", 10,
             "the publisher's leave")


def test_chromium_publishes_h264():
    chromium_round_trip("H264")


def test_chromium_publishes_vp8():
    chromium_round_trip("VP8")


def test_chromium_publishes_vp9():
    chromium_round_trip("VP9")


def test_chromium_publishes_av1():
    chromium_round_trip("AV1")


def test_a_taken_name_is_refused():
    server = Server()
    picture(server)
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("publish", "camera", "/live/alpha/whip", {"codec": "VP8"})
    assert answer["status"] == 409 and "live/alpha" in answer["body"], answer


def test_chromium_publishes_and_ffmpeg_plays_rtmp():
    server = Server()
    publish_from_chromium(server, "H264", audio=False)  # Debian's ffmpeg knows no Opus in FLV
    output = run("ffmpeg", "-nostdin", "-stats", "-i", server.rtmp("live/alpha"), "-t", "3", "-map", "0:v", "-f", "null", "-",
                 timeout=30)
    assert int(re.findall(r"frame=\s*(\d+)", output)[-1]) >= FRAMES_LEAST, output


def test_a_new_viewer_of_a_chromium_publisher_gets_a_keyframe():
    server = Server()
    browser = publish_from_chromium(server, "VP8")
    watch(server, browser)
    wait_frames(browser)
    keys = browser.run("facts", "camera")["outbound-rtp-video"]["keyFramesEncoded"]
    browser.run("leave", "viewer")
    watch(server, browser)
    facts = wait_frames(browser)
    assert facts["firstFrameMs"] < 1500, (facts["firstFrameMs"], keys)


def test_simulcast_layers_are_renditions_of_one_stream():
    server = Server()
    browser = publish_from_chromium(server, "VP8", layers=2)
    def layers():
        facts = server.stream("live/alpha")
        widths = sorted(t["width"] for t in facts["tracks"] if t["kind"] == "video")
        return len(widths) == 2 and facts
    facts = wait_for(layers, 20, "two layers")
    assert sorted(t["rendition"] for t in facts["tracks"] if t["kind"] == "video") == [0, 1], facts["tracks"]
    watch(server, browser)
    facts = wait_frames(browser)
    layer = f"{facts['resource']}/layer"
    # A viewer may begin with either: he is given the larger one first, so that a change can be seen.
    larger = max(t["width"] for t in server.stream("live/alpha")["tracks"] if t["kind"] == "video")
    status, _, body = post(server, layer, '{"layer": 0}', "application/json")
    assert status == 204, (status, body)
    wait_for(lambda: browser.run("facts", "viewer")["width"] >= larger, 15, "the larger layer")
    status, _, body = post(server, layer, '{"layer": 1}', "application/json")
    assert status == 204, (status, body)
    wait_for(lambda: browser.run("facts", "viewer")["width"] < larger, 15, "the smaller layer")


# A DJI dock's address.

def test_djis_address_publishes():
    server = Server()
    browser = Browser(server, "webrtc_page.js")
    answer = browser.run("publish", "camera", "/rtc/v1/whip/?app=live&stream=alpha", {"codec": "H264"})
    assert answer["status"] == 201, answer
    assert answer["headers"]["location"].startswith("/rtc/v1/whip/?app=live&stream=alpha&session="), answer
    server.wait_live("live/alpha", 15)
    assert browser.run("leave", "camera") == 200


# Other stacks.

def test_aiortc_publishes_and_watches():
    python = peers_venv.python("aiortc")
    server = Server()
    publisher = peer(python, "tests/interop/aiortc_peer.py", "publish", server.http("/live/alpha/whip"))
    try:
        server.wait_live("live/alpha", 20)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{publisher.output}") from None
    output = run(python, "tests/interop/aiortc_peer.py", "watch", server.http("/live/alpha/whep"), timeout=40)
    seen = json.loads(output.splitlines()[-1])
    assert seen["video"] >= FRAMES_LEAST and seen["audio"] >= FRAMES_LEAST, seen


def test_ffmpeg_8_publishes_by_whip():
    python = peers_venv.python("aiortc")
    server = Server()
    publisher = peer(python, "tests/interop/ffmpeg_whip.py", server.http("/live/alpha/whip"))
    try:
        server.wait_live("live/alpha", 20)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{publisher.output}") from None
    browser = Browser(server, "webrtc_page.js")
    watch(server, browser)
    facts = wait_frames(browser)
    assert facts["inbound-rtp-audio"]["packetsReceived"] > 20, facts


def gstreamer(role, url):
    """The command of a webrtcbin peer; skips where its parts are missing."""
    probe = subprocess.run([DEBIAN_PYTHON, "-c", "import gi; gi.require_version('GstWebRTC', '1.0')"], capture_output=True)
    if probe.returncode or subprocess.run(["gst-inspect-1.0", "nicesrc"], capture_output=True).returncode:
        raise Skip("GStreamer's webrtcbin, libnice plugin or Python bindings are not installed")
    return DEBIAN_PYTHON, "tests/interop/gstreamer_peer.py", role, url


def test_gstreamer_publishes_and_watches():
    server = Server()
    publisher = peer(*gstreamer("publish", server.http("/live/alpha/whip")))
    try:
        server.wait_live("live/alpha", 20)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{publisher.output}") from None
    seen = json.loads(run(*gstreamer("watch", server.http("/live/alpha/whep")), timeout=40).splitlines()[-1])
    assert seen["video"] >= FRAMES_LEAST and seen["audio"] >= FRAMES_LEAST, seen


def werift(*arguments):
    """The command of a werift peer, which looks for its package where it is started."""
    script = ROOT / "tests" / "interop" / "werift_peer.mjs"
    return "env", "-C", peers_npm.folder("werift"), "node", script, *arguments


def test_werift_publishes_and_watches():
    server = Server()
    ports = [free_port(), free_port()]
    publisher = peer(*werift("publish", server.http("/live/alpha/whip"), *ports))
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re",
         "-f", "lavfi", "-i", "testsrc2=size=320x180:rate=30", "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000",
         "-map", "0:v", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-profile:v", "baseline",
         "-pix_fmt", "yuv420p", "-g", "30", "-payload_type", "96", "-f", "rtp", f"rtp://127.0.0.1:{ports[0]}?pkt_size=1200",
         "-map", "1:a", "-c:a", "libopus", "-ac", "2", "-payload_type", "97", "-f", "rtp", f"rtp://127.0.0.1:{ports[1]}")
    try:
        server.wait_live("live/alpha", 20)
    except AssertionError as failure:
        raise AssertionError(f"{failure}\n{publisher.output}") from None
    seen = json.loads(run(*werift("watch", server.http("/live/alpha/whep")), timeout=40).splitlines()[-1])
    assert seen["video"] >= FRAMES_LEAST and seen["audio"] >= FRAMES_LEAST and seen["deleted"] == 200, seen


# Pulls and pushes: from one server to another.

def test_one_server_fetches_by_whep_and_another_is_sent_to_by_whip():
    origin = Server()
    picture(origin)
    far = Server()
    edge = Server({"sources.dial_allow": "127.0.0.0/8"})
    fetched = post(edge, "/api/v1/pulls", json.dumps({"name": "live/edge", "url": origin.http("/live/alpha/whep").replace("http", "whep")}),
                   "application/json")
    assert fetched[0] in (200, 201), fetched
    edge.wait_live("live/edge", 15)
    sent = post(edge, "/api/v1/pushes", json.dumps({"stream": "live/edge", "url": far.http("/live/far/whip")}), "application/json")
    assert sent[0] in (200, 201), sent
    far.wait_live("live/far", 15)
    browser = Browser(far, "webrtc_page.js")
    watch(far, browser, name="live/far")
    assert wait_frames(browser)["width"] == 640
