"""MJPEG and snapshots as peers see them, and cameras that send MJPEG."""
import concurrent.futures
import http.server
import json
import pathlib
import socket
import struct
import subprocess
import tempfile
import threading
import urllib.error
import urllib.request

import harness
from browser import Browser
from demo_test import workers_of
from harness import Server, need, peer, run, wait_for

NAME = "live/alpha"


def on_air(server):
    """640x360 at 25 fps, a keyframe a second."""
    peer("ffmpeg", "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=25",
         "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "25", "-pix_fmt", "yuv420p",
         "-f", "flv", server.rtmp(NAME), timeout=120)
    server.wait_live(NAME, 20)


def jpeg_size(image: bytes):
    """(width, height) of the frame header [ITU-T T.81 B.2.2]."""
    at = 2
    while image[at + 1] not in (0xC0, 0xC1, 0xC2):
        at += 2 + struct.unpack(">H", image[at + 2:at + 4])[0]
    height, width = struct.unpack(">HH", image[at + 5:at + 9])
    return width, height


def snapshot(server, query=""):
    status, headers, body = server.get(f"/{NAME}.jpg{query}")
    assert status == 200 and headers["content-type"] == "image/jpeg", (status, body[:200])
    return body, headers


def test_a_snapshot_is_the_newest_picture_at_the_wanted_size():
    server = Server()
    assert server.get(f"/{NAME}.jpg")[0] == 404
    on_air(server)
    image, headers = snapshot(server)
    assert jpeg_size(image) == (640, 360)
    assert "max-age=1" in headers["cache-control"]
    small, _ = snapshot(server, "?width=300&quality=40")
    assert jpeg_size(small) == (320, 180) and len(small) < len(image)
    request = urllib.request.Request(server.http(f"/{NAME}.jpg"), headers={"If-None-Match": headers["etag"]})
    try:
        fresh = urllib.request.urlopen(request, timeout=10).headers["etag"]
        assert fresh != headers["etag"], "a newer picture has another tag"
    except urllib.error.HTTPError as answer:
        assert answer.code == 304, answer
    assert server.get(f"/{NAME}.jpg?width=wide")[0] == 400


def test_a_burst_of_snapshots_shares_one_worker():
    server = Server()
    on_air(server)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        images = list(pool.map(lambda _: snapshot(server)[0], range(40)))
    assert len(workers_of(server)) == 1
    assert len(set(images)) <= 4, "those of one second are one picture"


def test_ffmpeg_reads_mjpeg():
    server = Server()
    on_air(server)
    output = run("ffmpeg", "-nostdin", "-hide_banner", "-f", "mpjpeg", "-i", server.http(f"/{NAME}.mjpeg?fps=10&width=320"),
                 "-frames:v", "12", "-f", "null", "-", timeout=30)
    assert "mjpeg" in output and "320x180" in output, output


def test_chromium_shows_it_in_an_image():
    server = Server()
    on_air(server)
    browser = Browser(server, "mjpeg_page.js")
    browser.run("show", "series", server.http(f"/{NAME}.mjpeg?fps=10"))
    wait_for(lambda: browser.run("look", "series")["width"] == 640, 15, "the first picture")
    seen = set()

    def moves():
        seen.add(browser.run("look", "series")["sum"])
        return len(seen) >= 4
    wait_for(moves, 15, "four different pictures")
    facts = server.stream(NAME)
    assert facts["readers"]["by_protocol"].get("mjpeg") == 1, facts["readers"]


def parts(server, query):
    """What OpenCV's own reader and most cameras' clients do: heads, lengths, images."""
    with socket.create_connection(("127.0.0.1", server.http_port), timeout=10) as line:
        line.sendall(f"GET /{NAME}.mjpeg{query} HTTP/1.0\r\nHost: x\r\n\r\n".encode())
        stream = line.makefile("rb")
        assert b" 200 " in stream.readline()
        while stream.readline().strip():
            pass
        while True:
            boundary = stream.readline().strip()
            if not boundary:
                continue
            assert boundary == b"--eyas", boundary
            heads = {}
            while text := stream.readline().strip():
                key, _, value = text.partition(b": ")
                heads[key.lower()] = value
            yield stream.read(int(heads[b"content-length"])), float(heads[b"x-timestamp"])


def test_a_client_that_counts_bytes_gets_whole_pictures_at_the_wanted_rate():
    server = Server()
    on_air(server)
    stamps = []
    for image, stamp in parts(server, "?fps=5"):
        assert image.startswith(b"\xff\xd8") and image.endswith(b"\xff\xd9")
        stamps.append(stamp)
        if len(stamps) == 8:
            break
    steps = [b - a for a, b in zip(stamps, stamps[1:])]
    assert min(steps) >= 0.17, steps


def test_strangers_cannot_make_many_encoders():
    server = Server({"pictures.variants_max": 3})
    on_air(server)
    queries = [f"?width={width}&quality={quality}" for width in (100, 300, 600) for quality in (40, 60, 75, 90)]
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda query: server.get(f"/{NAME}.jpg{query}")[0], queries))
    assert set(answers) <= {200, 503} and 200 in answers, answers
    assert len(workers_of(server)) == 1


# --- cameras

def images(count: int, size: str):
    """JPEG images made by ffmpeg."""
    need("ffmpeg")
    made = subprocess.run(["ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", f"testsrc2=size={size}:rate=10",
                           "-frames:v", str(count), "-pix_fmt", "yuvj422p", "-q:v", "5", "-f", "mjpeg", "-"],
                          capture_output=True, check=True, timeout=60).stdout
    cut = [b"\xff\xd8" + part for part in made.split(b"\xff\xd8")[1:]]
    assert len(cut) == count
    return cut


class Camera:
    """What a page of Flask with OpenCV behind it sends; `part` writes one image the camera's own way."""

    def __init__(self, part, pictures):
        stop = self.stop = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
                self.end_headers()
                try:
                    for number in range(100_000):
                        self.wfile.write(part(pictures[number % len(pictures)]))
                        if stop.wait(0.1):
                            return
                except OSError:
                    pass

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        harness.end_with_test(self)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/video_feed"

    def kill(self) -> None:
        self.stop.set()
        self.server.shutdown()
        self.server.server_close()


def pulling(url: str) -> Server:
    config = pathlib.Path(tempfile.mkdtemp(prefix="eyas-mjpeg-")) / "eyas.yaml"
    config.write_text(json.dumps({"sources": {"dial_allow": "127.0.0.0/8",
                                              "pulls": [{"name": NAME, "url": url, "options": {"format": "mjpeg"}}]}}))
    return Server(config=config)


def flask(image: bytes) -> bytes:
    return b"--frame\r\nContent-Type: image/jpeg\r\n\r\n" + image + b"\r\n"


def sloppy(image: bytes) -> bytes:
    """More dashes than were announced, bare line feeds, a length that is wrong."""
    return b"----frame\nContent-type:image/jpeg\nContent-Length: 17\n\n" + image + b"\n\n"


def published_from(part):
    camera = Camera(part, images(20, "640x360"))
    server = pulling(camera.url)
    facts = server.wait_live(NAME, 20)
    assert facts["publisher"]["protocol"] == "mjpeg", facts["publisher"]
    video, = facts["tracks"]
    assert (video["codec"], video["width"], video["height"]) == ("h264", 640, 360), video
    output = run("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "info", "-analyzeduration", "500000", "-i", server.http(f"/{NAME}.flv"),
                 "-frames:v", "15", "-f", "null", "-", timeout=30)
    assert "640x360" in output and "h264" in output, output
    return server, camera


def test_a_flask_camera_is_published_as_h264():
    server, camera = published_from(flask)
    wait_for(lambda: server.stream(NAME)["quirks"].get("images", 0) > 15, 5, "the count of images, told once a second")
    camera.kill()
    wait_for(lambda: not server.stream(NAME) or server.stream(NAME)["state"] == "waiting", 15, "the camera's end")
    wait_for(lambda: not workers_of(server), 10, "the end of its worker")


def test_a_camera_with_broken_parts_is_published_all_the_same():
    published_from(sloppy)
