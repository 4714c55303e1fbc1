"""aiortc as a WHIP publisher or a WHEP viewer: aiortc_peer.py publish|watch URL, or prefer MIME_TYPE. Runs in peers_venv's Python.

A viewer prints {"video": pictures, "audio": frames} after a few seconds; a publisher runs until it is ended. Who prefers a codec
offers no other sound, or fails when it has no such codec.
"""
import asyncio
import fractions
import json
import sys
import urllib.request

import av
from aiortc import AudioStreamTrack, RTCPeerConnection, RTCRtpCodecCapability, RTCSessionDescription, VideoStreamTrack

WATCH_S = 5


class Picture(VideoStreamTrack):
    """A grey picture that gets lighter."""

    async def recv(self):
        pts, time_base = await self.next_timestamp()
        frame = av.VideoFrame(320, 180, "yuv420p")
        for i, plane in enumerate(frame.planes):
            level = (pts // 3000) % 200 + 20 if i == 0 else 128
            plane.update(bytes([level]) * plane.buffer_size)
        frame.pts, frame.time_base = pts, fractions.Fraction(time_base)
        return frame


async def negotiate(peer: RTCPeerConnection, url: str) -> None:
    await peer.setLocalDescription(await peer.createOffer())
    request = urllib.request.Request(url, peer.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=10).read().decode())
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))


async def publish(url: str) -> None:
    peer = RTCPeerConnection()
    peer.addTrack(Picture())
    peer.addTrack(AudioStreamTrack())
    await negotiate(peer, url)
    await asyncio.Event().wait()


async def watch(url: str) -> None:
    peer = RTCPeerConnection()
    seen = {"video": 0, "audio": 0}
    tasks = []

    async def count(track):
        while True:
            await track.recv()
            seen[track.kind] += 1

    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(count(track))))
    peer.addTransceiver("video", direction="recvonly")
    peer.addTransceiver("audio", direction="recvonly")
    await negotiate(peer, url)
    await asyncio.sleep(WATCH_S)
    for task in tasks:
        task.cancel()
    await peer.close()
    print(json.dumps(seen))


async def prefer(mime_type: str) -> None:
    peer = RTCPeerConnection()
    peer.addTransceiver("audio").setCodecPreferences([RTCRtpCodecCapability(mime_type, 48000, 2)])
    await peer.createOffer()


asyncio.run({"prefer": prefer, "publish": publish, "watch": watch}[sys.argv[1]](sys.argv[2]))
