"""Cameras of this machine: FFmpeg's test picture in a camera's place, what is absent, and what is not allowed.

Kernels without V4L2 have no camera, not even a loopback one; what libavdevice says to a driver is tested beside the worker.
"""
import json

from harness import Server, need, run, wait_for
from sources_test import ask, flow, wait_source

QUICK = {"sources.backoff_first_ms": 200, "sources.backoff_max_ms": 500}
QUIETLY = ["-loglevel", "error", "-analyzeduration", "500000"]
PICTURE = {"name": "local/test", "url": "lavfi:///testsrc2?size=320x180&rate=25"}


def local(records, allowed, **more):
    return Server({**QUICK, "sources.devices": allowed, "sources.pulls": flow(records), **more})


def test_a_test_picture_is_watched_in_its_codec_size_and_rate():
    need("ffprobe")
    server = local([PICTURE], "lavfi")
    server.wait_live("local/test", 20)
    found = json.loads(run("ffprobe", *QUIETLY, "-print_format", "json", "-show_streams", "-show_packets",
                           "-read_intervals", "%+#60", server.http("/local/test.flv")))
    video = found["streams"][0]
    assert (video["codec_name"], video["width"], video["height"], video["has_b_frames"]) == ("h264", 320, 180, 0), video
    times = [float(packet["pts_time"]) for packet in found["packets"]]
    steps = sorted(later - earlier for earlier, later in zip(times, times[1:]))
    assert len(times) >= 60 and abs(steps[len(steps) // 2] - 1 / 25) < 0.002, times
    keys = [float(packet["pts_time"]) for packet in found["packets"] if "K" in packet["flags"]]
    assert all(1.95 < later - earlier < 3 for earlier, later in zip(keys, keys[1:])), keys
    source = server.stream("local/test")["source"]
    assert source["state"] == "running", source
    row = ask(server, "GET", "/pulls/local/test")[1]
    assert (row["peer"], row["transport"]) == ("testsrc2", "lavfi"), row
    assert "worker.trespass" not in server.output, server.output


def test_a_camera_on_demand_begins_with_its_viewer_and_ends_after_him():
    need("ffprobe")
    server = local([{**PICTURE, "on_demand": True, "idle_timeout_ms": 300}], "lavfi")
    assert server.stream("local/test")["state"] == "idle"
    said = run("ffprobe", *QUIETLY, "-show_entries", "stream=codec_name", "-of", "csv=p=0", server.http("/local/test.flv"))
    assert "h264" in said, said
    wait_source(server, "local/test", "idle")


def test_an_absent_camera_is_tried_again_and_one_that_is_not_allowed_is_refused():
    absent = "/dev/eyas-has-no-such-camera"
    server = local([{"name": "local/door", "url": f"v4l2://{absent}"}], absent)
    failed = wait_source(server, "local/door", "waiting")
    assert failed["error"] == f"not_found: no such device ({absent})" and failed["next_try"], failed
    wait_for(lambda: ask(server, "GET", "/pulls/local/door")[1]["attempts"] >= 3, 10, "further attempts")
    for url in ("v4l2:///dev/video0", "v4l2:///etc/passwd", "lavfi:///testsrc2", f"v4l2://{absent}/../video0"):
        status, said = ask(server, "POST", "/pulls", {"name": "local/other", "url": url})
        assert status == 400 and "sources.devices" in said["error"]["message"], (url, status, said)
    status, said = ask(server, "POST", "/pulls", {"name": "local/other", "url": f"v4l2://{absent}?size=huge"})
    assert status == 400 and "size" in said["error"]["message"], said
