"""A camera that says little: answers RTSP pulls over TCP and sends one RTP packet every two seconds. Prints its port.

For the cost of pulls that idle: what the server does for them, and not what it does with pictures.
"""
import asyncio
import re
import struct

SDP = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=idle\r\nm=audio 0 RTP/AVP 8\r\na=control:t1\r\n"
PACKET_S = 2
SAMPLES = 160


def answer(head: str) -> bytes:
    method = head.split(" ", 1)[0]
    sequence = re.search(r"(?im)^cseq:\s*(\d+)", head).group(1)
    more, body = "", ""
    if method == "DESCRIBE":
        more, body = "Content-Type: application/sdp\r\n", SDP
    if method == "SETUP":
        more = "Session: 1234;timeout=60\r\nTransport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n"
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"RTSP/1.0 200 OK\r\nCSeq: {sequence}\r\n{more}{length}\r\n{body}".encode()


async def send_packets(writer) -> None:
    number = 0
    while True:
        packet = struct.pack("!BBHII", 0x80, 8, number & 0xFFFF, number * 8000 * PACKET_S, 7) + bytes(SAMPLES)
        writer.write(struct.pack("!cBH", b"$", 0, len(packet)) + packet)
        number += 1
        await asyncio.sleep(PACKET_S)


async def serve(reader, writer) -> None:
    sender = None
    try:
        while True:
            first = await reader.readexactly(1)
            if first == b"$":  # a receiver report
                _, size = struct.unpack("!BH", await reader.readexactly(3))
                await reader.readexactly(size)
                continue
            head = (first + await reader.readuntil(b"\r\n\r\n")).decode()
            writer.write(answer(head))
            if head.startswith("PLAY"):
                sender = asyncio.ensure_future(send_packets(writer))
    except (asyncio.IncompleteReadError, ConnectionError):
        if sender:
            sender.cancel()
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
