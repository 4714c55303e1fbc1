#!/usr/bin/env node
// Watches one stream over WHEP in headless Chromium until enough pictures were decoded, and prints what was seen as one
// line of JSON. Usage: whep_viewer.mjs ORIGIN STREAM [FRAMES]
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const kConnectMs = 20_000;
const kArguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--autoplay-policy=no-user-gesture-required"];
const [origin, stream, frames = "30"] = process.argv.slice(2);
const { chromium } = createRequire(fileURLToPath(new URL("../../web/package.json", import.meta.url)))("playwright-core");

// Runs inside the page. As the player does: the offer names no candidates, the answer's relays are known before any are
// gathered.
async function watch({ url, frames, withinMs }) {
  const peer = new RTCPeerConnection({ bundlePolicy: "max-bundle" });
  for (const kind of ["video", "audio"]) peer.addTransceiver(kind, { direction: "recvonly" });
  const video = document.createElement("video");
  Object.assign(video, { muted: true, autoplay: true, srcObject: new MediaStream() });
  peer.addEventListener("track", ({ track }) => video.srcObject.addTrack(track));
  const offer = await peer.createOffer();
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/sdp" }, body: offer.sdp });
  const answer = await response.text();
  if (response.status !== 201) return { status: response.status, answer };
  const relays = [...(response.headers.get("link") ?? "").matchAll(/<([^>]+)>; rel="ice-server"(?:; username="([^"]+)"; credential="([^"]+)")?/g)];
  peer.setConfiguration({ ...peer.getConfiguration(), iceServers: relays.map(([, urls, username, credential]) => ({ urls, username, credential })) });
  await peer.setLocalDescription(offer);
  await peer.setRemoteDescription({ type: "answer", sdp: answer });

  const figures = async () => {
    const all = [...(await peer.getStats()).values()];
    const one = (id) => all.find((entry) => entry.id === id);
    const pair = one(all.find((entry) => entry.type === "transport")?.selectedCandidatePairId);
    const { candidateType: type, protocol, relayProtocol } = one(pair?.localCandidateId) ?? {};
    const { address, port } = one(pair?.remoteCandidateId) ?? {};
    const decoded = all.find((entry) => entry.type === "inbound-rtp" && entry.kind === "video")?.framesDecoded ?? 0;
    return { status: 201, state: peer.connectionState, decoded, local: { type, protocol, relayProtocol }, remote: { address, port }, told: answer.match(/a=candidate:.*/g), relays: relays.map(([, urls]) => urls) };
  };
  // Standard deviation of the brightness: a black or grey screen has none.
  const contrast = () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
    const context = canvas.getContext("2d");
    context.drawImage(video, 0, 0, 64, 36);
    const light = [...context.getImageData(0, 0, 64, 36).data].filter((_, i) => i % 4 === 1);
    const mean = light.reduce((sum, value) => sum + value, 0) / light.length;
    return Math.sqrt(light.reduce((sum, value) => sum + (value - mean) ** 2, 0) / light.length);
  };
  const end = performance.now() + withinMs;
  let seen = await figures();
  while (seen.decoded < frames && seen.state !== "failed" && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    seen = await figures();
  }
  return { ...seen, contrast: contrast(), location: response.headers.get("location") };
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: kArguments });
try {
  const page = await browser.newPage();
  await page.goto(`${origin}/healthz`);
  console.log(JSON.stringify(await page.evaluate(watch, { url: `${origin}/${stream}/whep`, frames: Number(frames), withinMs: kConnectMs })));
} finally {
  await browser.close();
}
