"""`eyas discover` and POST /api/v1/discover against a simulated ONVIF camera."""
import concurrent.futures
import json
import subprocess
import urllib.error
import urllib.request

from harness import PROGRAM, Server, wait_for
from onvif_camera import OnvifCamera

LOOPBACK = {"sources.dial_allow": "127.0.0.0/8"}


def discover(*arguments, allow="127.0.0.0/8"):
    """(exit status, the answer) of the command."""
    command = [PROGRAM, "discover", "--json", "--set", f"sources.dial_allow={allow}", *arguments]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=40, check=False)
    return done.returncode, json.loads(done.stdout)


def cameras_at(answer, camera):
    return [found for found in answer["cameras"] if found["address"] == camera.address]


def test_a_camera_is_found_by_multicast_and_tells_its_streams():
    camera = OnvifCamera("rtsp://192.168.77.5/live", user="admin", password="se<cret")
    status, answer = discover("--interface", "127.0.0.1", "--wait", "1", "--user", "admin", "--password", "se<cret")
    assert status == 0, answer
    found, = cameras_at(answer, camera)
    assert (found["name"], found["hardware"], found["model"]) == ("Front door", "S1", "S1"), found
    assert [p["name"] for p in found["profiles"]] == ["main", "sub"] and found["error"] == "", found
    assert found["profiles"][0]["width"] == 1920 and found["profiles"][1]["url"] == "rtsp://192.168.77.5/live", found
    assert camera.asked == ["GetSystemDateAndTime", "GetDeviceInformation", "GetCapabilities", "GetProfiles", "GetStreamUri",
                            "GetStreamUri"], camera.asked


def test_a_host_is_asked_without_a_search():
    camera = OnvifCamera("rtsp://192.168.77.5/live", user="admin", password="secret")
    status, answer = discover("--host", camera.host, "--user", "admin", "--password", "wrong")
    found, = cameras_at(answer, camera)
    assert "Sender not authorized" in found["error"] and found["profiles"] == [], found
    status, answer = discover("--host", camera.host, "--user", "admin", "--password", "secret")
    assert status == 0 and cameras_at(answer, camera)[0]["profiles"], answer


def test_addresses_that_may_not_be_dialled_are_not():
    camera = OnvifCamera("rtsp://192.168.77.5/live")
    _, answer = discover("--host", camera.host, allow="10.0.0.0/8")
    assert "refused" in cameras_at(answer, camera)[0]["error"] and camera.asked == [], answer


def test_entities_are_refused():
    camera = OnvifCamera("rtsp://192.168.77.5/live", entities=True)
    _, answer = discover("--host", camera.host)
    assert "document type" in cameras_at(answer, camera)[0]["error"], answer
    assert "root:" not in json.dumps(answer)


def post(server, body, content_type="application/json"):
    request = urllib.request.Request(server.http("/api/v1/discover"), data=json.dumps(body).encode(),
                                     headers={"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as answer:
        return answer.code, json.load(answer)


def test_the_api_finds_the_same():
    camera = OnvifCamera("rtsp://192.168.77.5/live?a=1&amp;b=2")
    server = Server(LOOPBACK)
    status, answer = post(server, {"hosts": [camera.host]})
    assert status == 200, answer
    assert cameras_at(answer, camera)[0]["profiles"][0]["url"] == "rtsp://192.168.77.5/live?a=1&b=2", answer
    assert post(server, {"hosts": ["a/b"]})[0] == 400
    assert post(server, {"colour": "red"})[0] == 400
    assert post(server, {"wait_ms": 60000})[0] == 400
    assert post(server, {}, "text/plain")[0] == 415
    assert server.stop() == 0


def metric(server, name):
    line, = (line for line in server.get("/metrics")[2].decode().splitlines() if line.startswith(f"eyas_discover_{name}_total "))
    return float(line.split()[1])


def test_a_search_has_limits_that_are_counted():
    OnvifCamera("rtsp://192.168.77.5/live", crowd=270)
    server = Server(LOOPBACK)
    status, answer = post(server, {"interfaces": ["127.0.0.1"], "wait_ms": 1000})
    # 256 are taken; other tests' cameras on this machine answer, too.
    assert status == 200 and len(answer["cameras"]) == 256 and answer["left_out"] >= 15, (status, len(answer["cameras"]), answer["left_out"])
    assert metric(server, "cameras") == 256 and metric(server, "cameras_left_out") == answer["left_out"]
    assert metric(server, "cameras_unanswered") >= 250
    assert post(server, {"hosts": ["10.0.0.1"] * 65})[0] == 400
    assert metric(server, "searches") == 1 and metric(server, "searches_refused") == 1


def test_one_search_at_a_time():
    server = Server(LOOPBACK)
    with concurrent.futures.ThreadPoolExecutor() as pool:
        long = pool.submit(post, server, {"interfaces": ["127.0.0.1"], "wait_ms": 3000})
        wait_for(lambda: metric(server, "searches") == 1, what="the search to begin")
        assert post(server, {"interfaces": ["127.0.0.1"], "wait_ms": 0})[0] == 409
        assert metric(server, "searches_refused") == 1
        assert long.result()[0] == 200
    assert post(server, {"interfaces": ["127.0.0.1"], "wait_ms": 0})[0] == 200
