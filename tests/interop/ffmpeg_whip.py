"""FFmpeg's own WHIP muxer (FFmpeg 8, which PyAV's wheels carry) as a publisher: ffmpeg_whip.py URL. Runs in
peers_venv's Python until it is ended, or fails after half a minute. Each second there is a flash and a click, together."""
import array
import math
import sys
import time

import av

FPS = 30
RATE = 48000
CLICK = array.array("h", (round(16000 * math.sin(2 * math.pi * 1000 * i / RATE)) for i in range(RATE * 30 // 1000) for _ in "lr"))
SECONDS = 30

with av.open(sys.argv[1], "w", format="whip") as output:
    video = output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"})
    video.width, video.height, video.pix_fmt, video.gop_size = 640, 360, "yuv420p", FPS
    audio = output.add_stream("libopus", rate=RATE, layout="stereo")
    started = time.monotonic()
    for n in range(FPS * SECONDS):
        picture = av.VideoFrame(640, 360, "yuv420p")
        for i, plane in enumerate(picture.planes):
            plane.update(bytes([(235 if n % FPS == 0 else 16) if i == 0 else 128]) * plane.buffer_size)
        picture.pts = n
        output.mux(video.encode(picture))
        sound = av.AudioFrame("s16", "stereo", RATE // FPS)
        sound.sample_rate, sound.pts = RATE, n * (RATE // FPS)
        samples = CLICK.tobytes() if n % FPS == 0 else b""
        sound.planes[0].update(samples.ljust(sound.planes[0].buffer_size, b"\0"))
        output.mux(audio.encode(sound))
        time.sleep(max(0, started + (n + 1) / FPS - time.monotonic()))
