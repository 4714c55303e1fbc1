// werift, a WebRTC stack in TypeScript, as a WHIP publisher or a WHEP viewer: werift_peer.mjs publish|watch|relay URL
// [VIDEO_PORT AUDIO_PORT [CODEC]]. Runs in peers_npm's folder.
//
// A publisher passes on what comes to its UDP ports as RTP, until it is ended: it knows no codec, and names H.264 or CODEC. A viewer prints {"video": packets,
// "audio": packets, "deleted": status} after a few seconds. A relay is a viewer that passes on what comes to those ports as RTP,
// until it is ended.
import dgram from "node:dgram";
import { createRequire } from "node:module";

const { MediaStreamTrack, RTCPeerConnection, RTCRtpCodecParameters } = createRequire(`${process.cwd()}/`)("werift");
const kWatchMs = 5000;
const feedback = [{ type: "nack" }, { type: "nack", parameter: "pli" }, { type: "transport-cc" }];
const [role, url, videoPort, audioPort, codec = "H264"] = process.argv.slice(2);
const ports = [videoPort, audioPort];
const codecs = {
  video: [
    new RTCRtpCodecParameters({
      mimeType: `video/${codec}`,
      clockRate: 90000,
      payloadType: 96,
      rtcpFeedback: feedback,
      parameters: codec === "H264" ? "level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" : "",
    }),
  ],
  audio: [new RTCRtpCodecParameters({ mimeType: "audio/opus", clockRate: 48000, channels: 2, payloadType: 97 })],
};
const peer = new RTCPeerConnection({ codecs, bundlePolicy: "max-bundle", iceServers: [] });

async function negotiate() {
  await peer.setLocalDescription(await peer.createOffer());
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/sdp" }, body: peer.localDescription.sdp });
  const sdp = await answer.text();
  if (answer.status !== 201) throw new Error(`${answer.status} ${sdp}`);
  await peer.setRemoteDescription({ type: "answer", sdp });
  return new URL(answer.headers.get("location"), url);
}

async function publish() {
  for (const [i, kind] of ["video", "audio"].entries()) {
    const track = new MediaStreamTrack({ kind });
    peer.addTransceiver(track, { direction: "sendonly" });
    const socket = dgram.createSocket("udp4");
    socket.on("message", (packet) => track.writeRtp(packet));
    socket.bind(Number(ports[i]), "127.0.0.1");
  }
  await negotiate();
}

async function watch() {
  const seen = { video: 0, audio: 0 };
  for (const kind of Object.keys(seen)) {
    const transceiver = peer.addTransceiver(kind, { direction: "recvonly" });
    transceiver.onTrack.subscribe((track) => track.onReceiveRtp.subscribe(() => ++seen[kind]));
  }
  const resource = await negotiate();
  await new Promise((done) => setTimeout(done, kWatchMs));
  const gone = await fetch(resource, { method: "DELETE" });
  console.log(JSON.stringify({ ...seen, deleted: gone.status }));
  process.exit(0);
}

async function relay() {
  const socket = dgram.createSocket("udp4");
  for (const [i, kind] of ["video", "audio"].entries()) {
    const transceiver = peer.addTransceiver(kind, { direction: "recvonly" });
    transceiver.onTrack.subscribe((track) => track.onReceiveRtp.subscribe((packet) => socket.send(packet.serialize(), Number(ports[i]), "127.0.0.1")));
  }
  await negotiate();
}

await { publish, watch, relay }[role]();
