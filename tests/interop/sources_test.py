"""Pulls and pushes: one server fetches from another, on demand, by templates, by the API, over restarts."""
import json
import os
import signal
import stat
import tempfile
import urllib.error
import urllib.request

from harness import Server, peer, run, wait_for
from rtmp_test import FRAMES_LEAST, frames_decoded, publish

LOOPBACK = {"sources.dial_allow": "127.0.0.0/8", "sources.backoff_first_ms": 200, "sources.backoff_max_ms": 1000}
SECRET = "hunter2"


def ask(server, method, path, body=None):
    """(status, JSON or None) of a request to the API."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(server.http("/api/v1" + path), data=data, method=method)
    if data is not None:
        request.add_header("content-type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=15) as answer:
            text = answer.read()
            return answer.status, json.loads(text) if text else None
    except urllib.error.HTTPError as answer:
        return answer.code, json.loads(answer.read())


def flow(records) -> str:
    """JSON is YAML's flow form."""
    return json.dumps(records)


def edge_of(records, **more):
    return Server({**LOOPBACK, "sources.pulls": flow(records), **more})


def source(server, name):
    stream = server.stream(name)
    return stream["source"] if stream else None


def wait_source(server, name, state, timeout=15):
    return wait_for(lambda: (source(server, name) or {}).get("state") == state and source(server, name), timeout,
                    f"{name} {state}\n{server.output}\n")


def test_a_pull_runs_fails_and_comes_back():
    origin = Server()
    publisher = publish(origin)
    edge = edge_of([{"name": "far/alpha", "url": origin.http(f"/live/alpha.flv?token={SECRET}")}])
    edge.wait_live("far/alpha")
    assert source(edge, "far/alpha")["state"] == "running"
    assert frames_decoded(edge.http("/far/alpha.flv")) >= FRAMES_LEAST
    row = ask(edge, "GET", "/pulls/far/alpha")[1]
    assert row["configured"] and row["peer"] == f"127.0.0.1:{origin.http_port}", row
    publisher.kill()
    origin.kill()
    failed = wait_source(edge, "far/alpha", "waiting", 30)
    assert failed["error"] and failed["next_try"], failed
    assert SECRET not in edge.output and SECRET not in json.dumps(ask(edge, "GET", "/pulls")[1])


def test_on_demand_starts_with_a_viewer_and_ends_after_the_last():
    origin = Server()
    publish(origin)
    edge = edge_of([{"name": "far/alpha", "url": origin.http("/live/alpha.flv"), "on_demand": True, "idle_timeout_ms": 500}])
    idle = edge.stream("far/alpha")
    assert idle["state"] == "idle" and idle["source"]["on_demand"], idle
    assert frames_decoded(edge.http("/far/alpha.flv")) >= FRAMES_LEAST
    wait_source(edge, "far/alpha", "idle")
    wait_for(lambda: not origin.stream("live/alpha")["readers"]["by_protocol"], 10, "the origin without readers")


def test_hls_viewers_start_and_keep_a_stream():
    origin = Server()
    publish(origin)
    edge = edge_of([{"name": "far/alpha", "url": origin.http("/live/alpha.flv"), "on_demand": True, "idle_timeout_ms": 500}])
    run("ffmpeg", "-hide_banner", "-loglevel", "error", "-i", edge.http("/far/alpha/index.m3u8"), "-frames:v", "30", "-f", "null", "-", timeout=40)
    assert ask(edge, "GET", "/pulls/far/alpha")[1]["attempts"] == 1


def test_a_template_fetches_what_its_names_say():
    origin = Server()
    publish(origin)
    edge = edge_of([{"name": "far/{id}", "url": origin.http("/live/{id}.flv")}])
    assert frames_decoded(edge.http("/far/alpha.flv")) >= FRAMES_LEAST
    rows = ask(edge, "GET", "/pulls")[1]["pulls"]
    assert [row["stream"] for row in rows] == ["far/{id}", "far/alpha"], rows
    # What is no label never leaves the server.
    assert edge.get("/far/..%2falpha.flv")[0] in (400, 404) and edge.get("/far/a.b.flv")[0] == 404
    assert len(ask(edge, "GET", "/pulls")[1]["pulls"]) == 2


def test_this_machine_is_not_dialled_unless_allowed():
    origin = Server()
    edge = Server({"sources.pulls": flow([{"name": "far/alpha", "url": origin.http("/live/alpha.flv")}])})
    failed = wait_source(edge, "far/alpha", "waiting")
    assert "refused" in failed["error"] and "sources.dial_allow" in failed["error"], failed


def test_what_is_added_comes_back_after_a_restart():
    origin = Server()
    publish(origin)
    edge = Server(LOOPBACK)
    status, wrong = ask(edge, "POST", "/pulls", {"name": "far/alpha", "ulr": "x"})
    assert status == 400 and "did you mean url" in wrong["error"]["message"], wrong
    status, row = ask(edge, "POST", "/pulls", {"name": "far/alpha", "url": origin.http(f"/live/alpha.flv?token={SECRET}")})
    assert status == 201 and row["name"] == "far/alpha" and not row["configured"], row
    edge.wait_live("far/alpha")
    assert ask(edge, "POST", "/pulls", {"name": "far/alpha", "url": origin.http("/x.flv")})[0] == 409
    kept = os.path.join(edge.data, "sources.json")
    assert stat.S_IMODE(os.stat(kept).st_mode) == 0o600
    assert SECRET in open(kept, encoding="utf-8").read() and SECRET not in edge.output
    edge.stop()

    again = Server({**LOOPBACK, "sources.pulls": flow([{"name": "far/other", "url": origin.http("/live/alpha.flv")}])}, data=edge.data)
    again.wait_live("far/alpha")
    status, refused = ask(again, "DELETE", "/pulls/far/other")
    assert status == 409 and "configuration" in refused["error"]["message"], refused
    assert ask(again, "POST", "/pulls/far/other/restart")[0] == 202
    assert ask(again, "PATCH", "/pulls/far/alpha", {"enabled": False})[1]["state"] == "stopped"
    assert ask(again, "DELETE", "/pulls/far/alpha")[0] == 204
    assert ask(again, "GET", "/pulls/far/alpha")[0] == 404


def test_a_reload_touches_what_changed_only():
    origin = Server()
    publish(origin)
    url = origin.http("/live/alpha.flv")
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as file:
        def write(pulls):
            file.seek(0)
            file.truncate()
            json.dump({"sources": {"pulls": pulls}}, file)
            file.flush()
        write([{"name": "far/a", "url": url}, {"name": "far/b", "url": url}])
        edge = Server(LOOPBACK, config=file.name)
        before = edge.wait_live("far/a")
        edge.wait_live("far/b")
        write([{"name": "far/a", "url": url}, {"name": "far/c", "url": url}])
        edge.process.signal(signal.SIGHUP)
        edge.wait_live("far/c")
        wait_for(lambda: ask(edge, "GET", "/pulls/far/b")[0] == 404, 10, "far/b gone")
        assert edge.stream("far/a")["publisher"]["session"] == before["publisher"]["session"]


def test_the_better_of_two_sources_is_on_air():
    best, backup = Server(), Server()
    publish(backup)
    edge = edge_of([{"name": "far/alpha", "url": best.http("/live/alpha.flv")},
                    {"name": "far/alpha", "url": backup.http("/live/alpha.flv"), "rank": 10}])
    assert edge.wait_live("far/alpha")["publisher"]["rank"] == 10
    publish(best)
    wait_for(lambda: edge.stream("far/alpha")["publisher"]["rank"] == 0, 20, f"the better source on air\n{edge.output}\n")
    best.kill()
    wait_for(lambda: (edge.stream("far/alpha")["publisher"] or {}).get("rank") == 10, 20, "the backup on air again")


def test_pushes_follow_their_streams_and_show_no_key():
    target, edge = Server(), Server(LOOPBACK)
    for address in (target.rtmp("far/one"), target.rtmp("far/two")):
        status, row = ask(edge, "POST", "/pushes", {"stream": "live/alpha", "url": f"{address}?key={SECRET}"})
        assert status == 201 and row["state"] == "idle" and SECRET not in json.dumps(row), row
    publisher = publish(edge)
    for name in ("far/one", "far/two"):
        target.wait_live(name)
    rows = ask(edge, "GET", "/pushes")[1]["pushes"]
    wait_for(lambda: [r["state"] for r in ask(edge, "GET", "/pushes")[1]["pushes"]] == ["running"] * 2, 10, f"both running {rows}")
    assert frames_decoded(target.http("/far/one.flv")) >= FRAMES_LEAST
    # The publisher goes and comes back: the target's viewers keep their session.
    session = target.stream("far/one")["publisher"]["session"]
    publisher.kill()
    publish(edge)
    assert target.stream("far/one")["publisher"]["session"] == session
    assert "far/one" not in json.dumps(rows) and SECRET not in edge.output
    assert ask(edge, "DELETE", f"/pushes/{rows[0]['id']}")[0] == 204
    wait_for(lambda: len(ask(edge, "GET", "/pushes")[1]["pushes"]) == 1, 5, "one push left")


def test_a_push_keeps_no_stream_on_demand_running():
    origin, target = Server(), Server()
    publish(origin)
    ways = {"rtmp": target.rtmp("{app}/{name}-rtmp"), "rtsp": target.rtsp("{app}/{name}-rtsp"),
            "srt": target.srt("publish:{app}/{name}-srt"), "whip": target.http("/{app}/{name}-whip/whip")}
    edge = edge_of([{"name": "far/alpha", "url": origin.http("/live/alpha.flv"), "on_demand": True, "idle_timeout_ms": 500}],
                   **{"sources.pushes": flow([{"stream": "far/*", "url": url} for url in ways.values()]), "alarms.look": True})
    assert source(edge, "far/alpha")["state"] == "idle"
    viewer = peer("ffmpeg", "-nostdin", "-v", "error", "-i", edge.http("/far/alpha.flv"), "-f", "null", "-")
    for way in ways:
        target.wait_live(f"far/alpha-{way}", 20)
    assert source(edge, "far/alpha")["state"] == "running"
    viewer.kill()
    wait_source(edge, "far/alpha", "idle", 20)
