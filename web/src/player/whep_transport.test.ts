// @vitest-environment jsdom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { TransportEvents } from "./transport";
import { verdictOf, WhepTransport } from "./whep_transport";
import { Refusal } from "@/rtc/signalling";

class FakeTrack {
  constructor(readonly kind: string) {}
}

class FakeStream {
  tracks: FakeTrack[] = [];
  getTracks = () => [...this.tracks];
  addTrack = (track: FakeTrack) => void this.tracks.push(track);
  removeTrack = (track: FakeTrack) => void this.tracks.splice(this.tracks.indexOf(track), 1);
}

class FakePeer extends EventTarget {
  static made: FakePeer[] = [];
  connectionState = "new";
  configuration = {};
  transceivers: { receiver: { track: FakeTrack; jitterBufferTarget: number | null }; currentDirection: string }[] = [];
  steps: string[] = [];
  constructor() {
    super();
    FakePeer.made.push(this);
  }
  addTransceiver(kind: string) {
    const transceiver = { receiver: { track: new FakeTrack(kind), jitterBufferTarget: null }, currentDirection: "recvonly" };
    this.transceivers.push(transceiver);
    return transceiver;
  }
  getTransceivers = () => this.transceivers;
  getConfiguration = () => this.configuration;
  setConfiguration = () => this.steps.push("servers");
  createOffer = async () => ({ type: "offer", sdp: "v=0" });
  setLocalDescription = async () => void this.steps.push("local");
  setRemoteDescription = async () => void this.steps.push("remote");
  getStats = async () => new Map();
  close = () => this.become("closed");
  become(state: string) {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

const said: string[] = [];
const events: TransportEvents = {
  opened: () => said.push("opened"),
  failed: (reason) => said.push(`failed ${reason}`),
  unusable: (why) => said.push(`unusable ${why}`),
};
const video = { srcObject: null as FakeStream | null };
let respond: () => Response;
let requests: string[];
let transport: WhepTransport;

beforeEach(() => {
  vi.useFakeTimers();
  FakePeer.made = [];
  said.length = 0;
  requests = [];
  let sessions = 0;
  respond = () => new Response("answer", { status: 201, headers: { location: `http://host/live/a/whep/${++sessions}` } });
  vi.stubGlobal("RTCPeerConnection", FakePeer);
  vi.stubGlobal("MediaStream", FakeStream);
  vi.stubGlobal("fetch", async (url: string, init: RequestInit) => {
    requests.push(`${init.method} ${url}`);
    // It knows no session that could go on over another path.
    if (init.method === "PATCH") return new Response(null, { status: 404 });
    return init.method === "DELETE" ? new Response(null, { status: 200 }) : respond();
  });
  transport = new WhepTransport(video as never, "http://host/live/a/whep", events);
  transport.start();
});
afterEach(() => {
  transport.stop();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const settle = (ms = 0) => vi.advanceTimersByTimeAsync(ms);
async function connect(which = FakePeer.made.length - 1) {
  await settle();
  FakePeer.made[which]!.become("connected");
}

it("asks at once, without gathering, and renders at once", async () => {
  await connect();
  expect(requests).toEqual(["POST http://host/live/a/whep"]);
  expect(FakePeer.made[0]!.steps).toEqual(["local", "remote"]);
  expect(FakePeer.made[0]!.transceivers.map((one) => one.receiver.jitterBufferTarget)).toEqual([0, 0]);
  expect(video.srcObject!.tracks.map((track) => track.kind)).toEqual(["video", "audio"]);
  expect(said).toEqual(["opened"]);
});

it("knows the relays that the answer names before it gathers", async () => {
  transport.stop();
  respond = () => new Response("answer", { status: 201, headers: { link: '<turn:t.example>; rel="ice-server"; username="u"; credential="c"' } });
  transport = new WhepTransport(video as never, "http://host/live/a/whep", events);
  transport.start();
  await settle();
  expect(FakePeer.made.at(-1)!.steps).toEqual(["servers", "local", "remote"]);
});

it("a lost session is replaced in the same stream, and its picture stays until then", async () => {
  await connect();
  const stream = video.srcObject!;
  const [old] = stream.tracks;
  FakePeer.made[0]!.become("disconnected");
  await settle(2500);
  expect(said.at(-1)).toBe("failed network");
  transport.resume(true);
  await settle();
  expect(stream.tracks[0]).toBe(old);
  await connect();
  expect(video.srcObject).toBe(stream);
  expect(stream.tracks).toHaveLength(2);
  expect(stream.tracks[0]).not.toBe(old);
});

it("a hiccup that heals in time is no loss", async () => {
  await connect();
  FakePeer.made[0]!.become("disconnected");
  await settle(1000);
  FakePeer.made[0]!.become("connected");
  await settle(5000);
  expect(said.some((one) => one.startsWith("failed"))).toBe(false);
});

it("a network that lets nothing through is said to block", async () => {
  await settle(6000);
  expect(said).toEqual(["unusable blocked"]);
  expect(requests.at(-1)).toMatch(/^DELETE/);
});

it("after one success, a few connections may fail before it is", async () => {
  await connect();
  FakePeer.made[0]!.become("failed");
  for (let i = 0; i < 3; ++i) {
    transport.resume(true);
    await settle(6000);
  }
  expect(said).toEqual(["opened", "failed network", "failed network", "failed network", "unusable blocked"]);
});

it("stays connected while the publisher is away, and is spared once when he is back", async () => {
  await connect();
  for (let i = 0; i < 5; ++i) transport.resume(false);
  transport.resume(true);
  expect(FakePeer.made).toHaveLength(1);
  transport.resume(true);
  expect(FakePeer.made).toHaveLength(2);
});

it("tells of a refusal what it means", async () => {
  const verdict = (status: number) => verdictOf(new Refusal(status, ""));
  expect([404, 405, 422, 503, 500].map(verdict)).toEqual([{ reason: "not_found" }, { why: "no_route" }, { why: "codec" }, { why: "busy" }, { reason: "network" }]);
  expect(verdictOf(new TypeError("fetch failed"))).toEqual({ reason: "network" });
  expect(verdictOf(new DOMException("", "InvalidAccessError"))).toEqual({ why: "unsupported" });
});

it("deletes its session when it stops, and when the page is left", async () => {
  await connect();
  window.dispatchEvent(new Event("pagehide"));
  expect(requests.at(-1)).toBe("DELETE http://host/live/a/whep/1");
  transport.stop();
  expect(requests.filter((one) => one.startsWith("DELETE"))).toHaveLength(1);
  expect(video.srcObject).toBeNull();
});
