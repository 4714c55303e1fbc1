// What a page does to watch by WHEP and to publish by WHIP, as plainly as the specifications say it. Loaded into
// Chromium by webrtc_test.py.

const peers = {};

async function post(url, sdp) {
  const answer = await fetch(url, { method: "POST", headers: { "Content-Type": "application/sdp" }, body: sdp });
  const body = await answer.text();
  const headers = Object.fromEntries(answer.headers.entries());
  return { status: answer.status, headers, body };
}

async function negotiate(peer, url) {
  await peer.setLocalDescription();
  const answer = await post(url, peer.localDescription.sdp);
  if (answer.status !== 201) return answer;
  await peer.setRemoteDescription({ type: "answer", sdp: answer.body });
  return answer;
}

/** Watches; `tcp` leaves only the answer's TCP candidates. */
window.watch = async (name, url, { tcp = false } = {}) => {
  const peer = new RTCPeerConnection();
  peer.addTransceiver("video", { direction: "recvonly" });
  peer.addTransceiver("audio", { direction: "recvonly" });
  const video = document.createElement("video");
  Object.assign(video, { autoplay: true, playsInline: true, srcObject: new MediaStream() });
  document.body.append(video);
  peer.ontrack = ({ track }) => video.srcObject.addTrack(track);
  const seen = { peer, video, frames: 0, started: performance.now(), states: [] };
  peer.onconnectionstatechange = () => seen.states.push(peer.connectionState);
  const count = () => {
    if (++seen.frames === 1) seen.firstFrameMs = performance.now() - seen.started;
    video.requestVideoFrameCallback(count);
  };
  video.requestVideoFrameCallback(count);
  peers[name] = seen;
  await peer.setLocalDescription();
  const answer = await post(url, peer.localDescription.sdp);
  seen.resource = answer.headers.location;
  if (answer.status !== 201) return answer;
  const lines = answer.body.split("\r\n");
  const kept = tcp ? lines.filter((line) => !/^a=candidate:.* udp /i.test(line)) : lines;
  await peer.setRemoteDescription({ type: "answer", sdp: kept.join("\r\n") });
  return answer;
};

/** A moving picture and a tone, sent with the wanted video codec. */
window.publish = async (name, url, { codec = "H264", audio = true, layers = 1 } = {}) => {
  const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 360 });
  const pen = canvas.getContext("2d");
  let drawn = 0;
  const draw = () => {
    pen.fillStyle = `hsl(${(drawn * 3) % 360} 80% 50%)`;
    pen.fillRect(0, 0, 640, 360);
    pen.fillStyle = "white";
    pen.fillRect((drawn * 7) % 600, 100, 40, 160);
    ++drawn;
  };
  const timer = setInterval(draw, 33);
  const peer = new RTCPeerConnection();
  const [picture] = canvas.captureStream(30).getTracks();
  const encodings = Array.from({ length: layers }, (_, i) => ({
    ...(layers > 1 && { rid: `l${i}` }),
    scaleResolutionDownBy: 2 ** i,
  }));
  const sender = peer.addTransceiver(picture, { direction: "sendonly", sendEncodings: encodings });
  const all = RTCRtpSender.getCapabilities("video").codecs;
  const wanted = all.filter(({ mimeType }) => mimeType.toUpperCase() === `VIDEO/${codec}`);
  if (wanted.length === 0) return { status: 0, unsupported: codec };
  sender.setCodecPreferences([...wanted, ...all.filter(({ mimeType }) => /rtx|red|ulpfec/.test(mimeType))]);
  if (audio) {
    const context = new AudioContext();
    const tone = context.createOscillator();
    const out = context.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    peer.addTransceiver(out.stream.getTracks()[0], { direction: "sendonly" });
  }
  peers[name] = { peer, timer, states: [] };
  peer.onconnectionstatechange = () => peers[name].states.push(peer.connectionState);
  const answer = await negotiate(peer, url);
  peers[name].resource = answer.headers?.location;
  return answer;
};

/** Restarts ICE by PATCH [RFC 9725 4.3.3]. */
window.restart = async (name) => {
  const { peer, resource } = peers[name];
  const before = peer.remoteDescription.sdp;
  await peer.setLocalDescription(await peer.createOffer({ iceRestart: true }));
  const { sdp } = peer.localDescription;
  const value = (text, key) => new RegExp(`a=${key}:(\\S+)`).exec(text)[1];
  const fragment = ["ice-ufrag", "ice-pwd"].map((key) => `a=${key}:${value(sdp, key)}\r\n`).join("");
  const headers = { "Content-Type": "application/trickle-ice-sdpfrag", "If-Match": "*" };
  const body = `${fragment}m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n`;
  const answer = await fetch(resource, { method: "PATCH", headers, body });
  const ours = await answer.text();
  if (answer.status !== 200) return { status: answer.status, body: ours };
  let after = before;
  for (const key of ["ice-ufrag", "ice-pwd"])
    after = after.replaceAll(new RegExp(`a=${key}:\\S+`, "g"), `a=${key}:${value(ours, key)}`);
  await peer.setRemoteDescription({ type: "answer", sdp: after });
  return { status: 200, changed: after !== before };
};

/** Numbers of what was received or sent so far. */
window.facts = async (name) => {
  const { peer, video, frames, firstFrameMs, states, resource } = peers[name];
  const facts = { states, frames, firstFrameMs, resource, connection: peer.connectionState };
  if (video) Object.assign(facts, { width: video.videoWidth, height: video.videoHeight });
  for (const report of (await peer.getStats()).values()) {
    if (report.type === "inbound-rtp" || report.type === "outbound-rtp") facts[`${report.type}-${report.kind}`] = report;
    if (report.type === "codec") (facts.codecs ??= []).push(report.mimeType);
    if (report.type === "candidate-pair" && report.nominated) facts.pair = report;
    if (report.type === "remote-candidate" || report.type === "local-candidate") (facts[report.type] ??= []).push(report);
    if (report.type === "transport") facts.transport = report;
    if (report.type === "media-source") facts[`source-${report.kind}`] = report;
  }
  return JSON.parse(JSON.stringify(facts));
};

/** The mean colour of the picture now. */
window.colour = (name) => {
  const { video } = peers[name];
  const canvas = Object.assign(document.createElement("canvas"), { width: 16, height: 9 });
  const pen = canvas.getContext("2d");
  pen.drawImage(video, 0, 0, 16, 9);
  const { data } = pen.getImageData(0, 0, 16, 9);
  const sum = [0, 0, 0];
  for (let i = 0; i < data.length; i += 4) for (let c = 0; c < 3; ++c) sum[c] += data[i + c];
  return sum.map((value) => value / (16 * 9));
};

window.leave = async (name, how = "DELETE") => {
  const { peer, resource, timer } = peers[name];
  clearInterval(timer);
  const status = how === "DELETE" ? (await fetch(resource, { method: "DELETE" })).status : 0;
  peer.close();
  return status;
};
