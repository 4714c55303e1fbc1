// Watches by WHEP and notes each picture as it comes out of the network, before the decoder, whose speed is the
// machine's and not the path's. Loaded into Chromium by sick_path_test.py.

const viewers = {};

// Tells pictures apart across two viewers, whose RTP timestamps differ.
const mark = (data) => {
  const bytes = new Uint8Array(data);
  let sum = bytes.length;
  for (let i = Math.max(0, bytes.length - 200); i < bytes.length; ++i) sum = (sum * 31 + bytes[i]) % 0x7fffffff;
  return sum;
};

/** `ports`: [of the answer's candidates, to be used instead]. */
window.watchFrames = async (name, url, ports) => {
  const peer = new RTCPeerConnection({ encodedInsertableStreams: true });
  const transceiver = peer.addTransceiver("video", { direction: "recvonly" });
  const seen = { peer, frames: [] };
  viewers[name] = seen;
  const { readable, writable } = transceiver.receiver.createEncodedStreams();
  const note = new TransformStream({
    transform(frame, controller) {
      seen.frames.push([performance.now(), mark(frame.data)]);
      controller.enqueue(frame);
    },
  });
  readable.pipeThrough(note).pipeTo(writable);
  const video = document.createElement("video");
  Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream([transceiver.receiver.track]) });
  document.body.append(video);
  await peer.setLocalDescription();
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/sdp" },
    body: peer.localDescription.sdp,
  });
  const body = await answer.text();
  if (answer.status !== 201) return { status: answer.status, body };
  const sdp = ports ? body.replaceAll(` ${ports[0]} typ `, ` ${ports[1]} typ `) : body;
  await peer.setRemoteDescription({ type: "answer", sdp });
  return { status: answer.status, body };
};

/** [arrival in ms, mark] of each picture so far. */
window.framesSeen = (name) => viewers[name].frames;

/** What the browser counts itself, and its own clock now. */
window.numbers = async (name) => {
  const all = [...(await viewers[name].peer.getStats()).values()];
  const video = all.find((entry) => entry.type === "inbound-rtp" && entry.kind === "video") ?? {};
  return JSON.parse(JSON.stringify({ now: performance.now(), video, state: viewers[name].peer.connectionState }));
};
