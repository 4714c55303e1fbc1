"""Data tracks as lines of JSON: the demo's telemetry over HTTP and WebSocket."""
import datetime
import json
import time
import urllib.request

from browser import Browser
from harness import Server, wait_for

DEMO = "live/demo"


def telemetry_track(server: Server) -> int:
    """The demo's telemetry track, once it flows."""
    return wait_for(lambda: next((track["id"] for track in server.stream(DEMO)["tracks"]
                                  if track["kind"] == "data" and track["frames"] > 5), None), 30, "the demo's telemetry")


def test_lines_over_http_follow_the_flight():
    server = Server(command="demo")
    server.wait_live(DEMO, 30)
    track = telemetry_track(server)
    with urllib.request.urlopen(server.http(f"/{DEMO}/data?track={track}"), timeout=15) as answer:
        assert answer.headers["content-type"] == "application/x-ndjson"
        lines = [json.loads(answer.readline()) for _ in range(20)]
    assert all(line["track"] == track and "lat" in line["data"] and "battery_pct" in line["data"] for line in lines), lines[0]
    times = [line["pts_ms"] for line in lines]
    assert times == sorted(times), times
    newest = datetime.datetime.fromisoformat(lines[-1].get("capture", lines[-1].get("arrival")).replace("Z", "+00:00"))
    assert abs(time.time() - newest.timestamp()) < 5, lines[-1]


def test_lines_come_over_a_websocket():
    server = Server(command="demo")
    server.wait_live(DEMO, 30)
    track = telemetry_track(server)
    lines = Browser(server, "data_page.js").run("readLines", f"/{DEMO}/data?track={track}", 5, 15_000)
    assert len(lines) == 5 and all("lat" in json.loads(line)["data"] for line in lines), lines


def test_a_stream_that_is_not_there_is_not_found():
    status, _, body = Server().get("/live/nobody/data")
    assert status == 404 and b'"not_found"' in body, (status, body)
