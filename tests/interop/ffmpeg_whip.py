"""FFmpeg's own WHIP muxer (FFmpeg 8, which PyAV's wheels carry) as a publisher: ffmpeg_whip.py URL. Runs in
peers_venv's Python until it is ended, or fails after half a minute."""
import sys
import time

import av

FPS = 30
SECONDS = 30

with av.open(sys.argv[1], "w", format="whip") as output:
    video = output.add_stream("libx264", rate=FPS, options={"preset": "ultrafast", "tune": "zerolatency", "profile": "baseline"})
    video.width, video.height, video.pix_fmt, video.gop_size = 640, 360, "yuv420p", FPS
    audio = output.add_stream("libopus", rate=48000, layout="stereo")
    started = time.monotonic()
    for n in range(FPS * SECONDS):
        picture = av.VideoFrame(640, 360, "yuv420p")
        for i, plane in enumerate(picture.planes):
            plane.update(bytes([n % 200 + 20 if i == 0 else 128]) * plane.buffer_size)
        picture.pts = n
        output.mux(video.encode(picture))
        sound = av.AudioFrame("s16", "stereo", 48000 // FPS)
        sound.sample_rate, sound.pts = 48000, n * (48000 // FPS)
        sound.planes[0].update(bytes(sound.planes[0].buffer_size))
        output.mux(audio.encode(sound))
        time.sleep(max(0, started + (n + 1) / FPS - time.monotonic()))
