// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { WhipPublisher, withStartBitrate } from "./whip_publisher";

class FakePeer extends EventTarget {
  static made: FakePeer[] = [];
  connectionState = "new";
  added: { what: unknown; init: RTCRtpTransceiverInit; sender: { replaced: unknown[]; replaceTrack: (track: unknown) => Promise<void> } }[] = [];
  constructor() {
    super();
    FakePeer.made.push(this);
  }
  addTransceiver(what: unknown, init: RTCRtpTransceiverInit) {
    const replaced: unknown[] = [];
    const made = { what, init, sender: { replaced, replaceTrack: async (track: unknown) => void replaced.push(track) } };
    this.added.push(made);
    return made;
  }
  getTransceivers = () => this.added;
  createOffer = async () => ({ type: "offer", sdp: "v=0" });
  setLocalDescription = async () => {};
  setRemoteDescription = async () => {};
  close = () => this.become("closed");
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

const camera = { getVideoTracks: () => ["camera"], getAudioTracks: () => ["microphone"] } as never;
const silent = { getVideoTracks: () => ["screen"], getAudioTracks: () => [] } as never;
let status: number;
let publisher: WhipPublisher;

beforeEach(() => {
  vi.useFakeTimers();
  FakePeer.made = [];
  status = 201;
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("RTCRtpSender", {});
  // It knows no session that could go on over another path.
  const answer = (method?: string) => (method === "PATCH" ? 404 : status);
  vi.stubGlobal("fetch", async (_: string, { method }: RequestInit) =>
    new Response("words", { status: answer(method), headers: { location: "http://host/s" } }));
});
afterEach(() => {
  publisher.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
async function publish(media = camera, simulcast = false) {
  publisher = new WhipPublisher("http://host/live/a/whip", media, { simulcast, bitrateBps: 4_000_000 }, Date.now);
  publisher.start();
  await settle();
}

it("sends picture and sound, and says when it is on air", async () => {
  await publish();
  expect(publisher.getState().kind).toBe("connecting");
  expect(FakePeer.made[0]!.added.map((one) => one.what)).toEqual(["camera", "microphone"]);
  FakePeer.made[0]!.become("connected");
  expect(publisher.getState().kind).toBe("live");
});

it("sends three layers when asked to", async () => {
  await publish(silent, true);
  const [video] = FakePeer.made[0]!.added;
  expect(FakePeer.made[0]!.added).toHaveLength(1);
  expect(video!.init.sendEncodings!.map((one) => [one.rid, one.maxBitrate])).toEqual([["q", 400_000], ["h", 1_000_000], ["f", 4_000_000]]);
});

it("says why the server refused, and does not insist", async () => {
  for (const [code, reason] of [[409, "taken"], [404, "no_route"], [503, "busy"], [403, "refused"], [422, "misfit"]] as const) {
    status = code;
    await publish();
    expect(publisher.getState()).toEqual({ kind: "error", reason, message: "words" });
  }
  const tries = FakePeer.made.length;
  await settle(60_000);
  expect(FakePeer.made).toHaveLength(tries);
});

it("comes back by itself after a lost network, past its own ghost", async () => {
  await publish();
  FakePeer.made[0]!.become("connected");
  FakePeer.made[0]!.become("failed");
  await settle();
  expect(publisher.getState()).toEqual({ kind: "retrying", attempt: 1 });
  status = 409;
  await settle(5000);
  expect(publisher.getState().kind).toBe("retrying");
  status = 201;
  await settle(3000);
  FakePeer.made.at(-1)!.become("connected");
  expect(publisher.getState().kind).toBe("live");
});

it("a name that stays taken after a loss is somebody else's", async () => {
  await publish();
  FakePeer.made[0]!.become("connected");
  FakePeer.made[0]!.become("failed");
  status = 409;
  await settle(60_000);
  expect(publisher.getState()).toMatchObject({ kind: "error", reason: "taken" });
});

it("changes the camera without a new session", async () => {
  await publish();
  FakePeer.made[0]!.become("connected");
  await publisher.replace(silent);
  expect(FakePeer.made[0]!.added.map((one) => one.sender.replaced)).toEqual([["screen"], [null]]);
  expect(FakePeer.made).toHaveLength(1);
});

it("stops for good", async () => {
  await publish();
  publisher.stop();
  await settle(60_000);
  expect(publisher.getState().kind).toBe("idle");
  expect(FakePeer.made).toHaveLength(1);
});

it("begins with a picture worth looking at: the encoder is told where to start", () => {
  const sdp = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=fmtp:111 useinbandfec=1\r\nm=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=fmtp:96 packetization-mode=1\r\na=fmtp:97 apt=96\r\n";
  expect(withStartBitrate(sdp, 1_250_000)).toBe(sdp.replace("packetization-mode=1", "packetization-mode=1;x-google-start-bitrate=1250"));
});
