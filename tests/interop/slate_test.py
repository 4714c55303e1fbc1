"""Never black: what viewers see when a camera goes and comes back."""
from browser import Browser
from demo_test import workers_of
from harness import Server, peer, wait_for

NAME = "live/alpha"


def camera(server, size="640x360"):
    process = peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=25",
                   "-f", "lavfi", "-i", "sine=frequency=600:sample_rate=48000", "-c:v", "libx264", "-preset", "ultrafast",
                   "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p", "-c:a", "aac", "-f", "flv", server.rtmp(NAME),
                   timeout=120)
    wait_for(lambda: on_air(server) == "rtmp", 20, f"the camera on air\n{server.output}\n")
    return process


def on_air(server):
    facts = server.stream(NAME)
    publisher = facts and facts["publisher"]
    return publisher and publisher["protocol"]


def alarms(server):
    return {alarm["kind"]: alarm for alarm in server.stream(NAME)["alarms"]}


def test_the_slate_takes_over_and_gives_back_without_a_viewer_noticing_anything_but_the_picture():
    server = Server({"slate.streams": NAME, "alarms.raise_after_ms": 500, "alarms.clear_after_ms": 500})
    wait_for(lambda: on_air(server) == "slate", 15, "the slate of a stream that never was")
    first = camera(server)
    browser = Browser(server, "webrtc_page.js")
    assert browser.run("watch", "viewer", server.http(f"/{NAME}/whep"))["status"] == 201
    flv, hls = (peer("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-i", server.http(f"/{NAME}{rest}"),
                     "-map", "0:v", "-c", "copy", "-f", "framecrc", "-", timeout=60) for rest in (".flv", "/index.m3u8"))

    def frames():
        return browser.run("facts", "viewer")["frames"]

    def goes_on(count, what):
        until = frames() + count
        wait_for(lambda: frames() >= until, 20, what)
    goes_on(15, "the camera's pictures")
    first.kill()
    wait_for(lambda: on_air(server) == "slate", 10, "the slate")
    facts = server.stream(NAME)
    assert {(t["codec"], t["width"]) for t in facts["tracks"] if not t["derived_from"]} == {("h264", 640), ("aac", 0)}, facts
    goes_on(25, "the slate's pictures in Chromium")
    wait_for(lambda: alarms(server).get("no_frames"), 5, "the alarm")
    camera(server)
    goes_on(25, "the camera's pictures again")
    wait_for(lambda: not alarms(server).get("no_frames"), 5, "the end of the alarm")
    assert browser.run("facts", "viewer")["connection"] == "connected"
    assert flv.running() and hls.running(), f"a viewer had to go:\n{flv.output}\n{hls.output}"
    seen = len(hls.lines)
    wait_for(lambda: len(hls.lines) >= seen + 25, 15, "pictures over HLS after both swaps")
    video = [int(line.split(",")[1]) for line in flv.output.splitlines() if line.startswith("0,")]
    assert len(video) > 50
    steps = [b - a for a, b in zip(video, video[1:])]
    assert min(steps) > 0 and max(steps) < 6000, (min(steps), max(steps))  # milliseconds


def test_a_black_picture_is_seen_and_raises_its_alarm():
    server = Server({"alarms.look": True, "alarms.raise_after_ms": 500})
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "color=black:size=320x180:rate=25",
         "-c:v", "libx264", "-preset", "ultrafast", "-bf", "2", "-g", "25", "-pix_fmt", "yuv420p", "-f", "flv",
         server.rtmp(NAME), timeout=60)
    server.wait_live(NAME, 20)
    raised = wait_for(lambda: "black" in alarms(server) and alarms(server), 15, "the alarm")
    assert raised["black"]["detail"], raised
    metrics = server.get("/metrics")[2].decode()
    assert f'eyas_stream_alarm{{stream="{NAME}",kind="black"}} 1' in metrics, metrics
    assert workers_of(server), "somebody looks"
