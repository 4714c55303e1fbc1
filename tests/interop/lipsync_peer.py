"""When flashes are seen and clicks are heard by a WHEP viewer: lipsync_peer.py URL SECONDS. Runs in peers_venv's Python.

Prints {"flashes": [...], "clicks": [...]}: seconds of the sender's wall clock, to which each track's sender reports tie
its RTP timestamps [RFC 3550 6.4.1].
"""
import array
import asyncio
import json
import sys
import urllib.request

from aiortc import RTCPeerConnection, RTCSessionDescription
from aiortc.rtcrtpreceiver import RTCRtpReceiver, TimestampMapper
from aiortc.rtp import RtcpSrPacket

CLOCK_HZ = {"video": 90_000, "audio": 48_000}
BRIGHT, LOUD = 150, 3000
APART_S = 0.3  # a flash or a click is one until so long after it began
reports = {}  # kind -> (RTP timestamp, seconds) of the newest sender report


async def keep_report(receiver, packet, handle=RTCRtpReceiver._handle_rtcp_packet):
    if isinstance(packet, RtcpSrPacket):
        info = packet.sender_info
        reports[receiver.track.kind] = (info.rtp_timestamp, info.ntp_timestamp / 2**32)
    await handle(receiver, packet)


def keep_timestamp(mapper, timestamp):
    """RTP's own timestamps, where aiortc would count from the first."""
    mapper._last = timestamp
    return timestamp


RTCRtpReceiver._handle_rtcp_packet = keep_report
TimestampMapper.map = keep_timestamp


def note(found, stamp, rate) -> None:
    if not found or stamp - found[-1] > APART_S * rate:
        found.append(stamp)


async def look(track, found) -> None:
    while True:
        frame = await track.recv()
        if track.kind == "video":
            # The first line of the luma plane says it: the whole picture flashes.
            line = bytes(frame.planes[0])[: frame.width]
            if sum(line) / len(line) > BRIGHT:
                note(found, frame.pts, CLOCK_HZ["video"])
            continue
        channels = len(frame.layout.channels)
        samples = array.array("h", bytes(frame.planes[0]))[: frame.samples * channels : channels]
        loud = next((i for i, sample in enumerate(samples) if abs(sample) > LOUD), None)
        if loud is not None:
            note(found, frame.pts + loud, CLOCK_HZ["audio"])


def wall(kind, stamps):
    stamp, seconds = reports[kind]
    return [seconds + (one - stamp) / CLOCK_HZ[kind] for one in stamps]


async def main(url: str, seconds: float) -> None:
    peer, found, tasks = RTCPeerConnection(), {"video": [], "audio": []}, []
    peer.on("track", lambda track: tasks.append(asyncio.ensure_future(look(track, found[track.kind]))))
    for kind in found:
        peer.addTransceiver(kind, direction="recvonly")
    await peer.setLocalDescription(await peer.createOffer())
    request = urllib.request.Request(url, peer.localDescription.sdp.encode(), {"Content-Type": "application/sdp"})
    answer = await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=20).read().decode())
    await peer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    await peer.close()
    print(json.dumps({"flashes": wall("video", found["video"]), "clicks": wall("audio", found["audio"])}))


asyncio.run(main(sys.argv[1], float(sys.argv[2])))
