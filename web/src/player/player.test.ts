import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { Player } from "./player";
import type { FailureReason, Rung, Transport, TransportEvents, TransportKind, WhyNot } from "./transport";

class FakeVideo {
  currentTime = 0;
  readyState = 4;
  paused = true;
  seeking = false;
  ranges: [number, number][] = [];
  buffered = {
    length: 0,
    start: (i: number) => this.ranges[i]![0],
    end: (i: number) => this.ranges[i]![1],
  };
  buffer(...ranges: [number, number][]) {
    this.ranges = ranges;
    this.buffered.length = ranges.length;
  }
  play() {
    this.paused = false;
    return Promise.resolve();
  }
  pause() {
    this.paused = true;
  }
}

const calls: string[] = [];
let events: TransportEvents;
let undecodable: TransportKind[] = [];

function fake(kind: TransportKind): Transport {
  return {
    kind,
    firstPictureMs: 8000,
    start: () => calls.push(`start ${kind}`),
    resume: () => calls.push("resume"),
    reload: () => calls.push("reload"),
    suspend: () => calls.push("suspend"),
    stop: () => calls.push("stop"),
    captureTimeMs: () => null,
    livePosition: () => null,
    progress: () => null,
    figures: () => null,
  };
}

function rung(kind: TransportKind): Rung {
  return {
    kind,
    whyNot: (media) => (media.video === "hvc1" && undecodable.includes(kind) ? "codec" : null),
    open: async (_video, _base, given) => {
      events = given;
      return fake(kind);
    },
  };
}

let video: FakeVideo;
let player: Player;

beforeEach(async () => {
  vi.useFakeTimers();
  calls.length = 0;
  undecodable = [];
  video = new FakeVideo();
  player = new Player(video as never, "/live/alpha", [rung("whep"), rung("ll-hls")], Date.now);
  player.start();
  await vi.advanceTimersByTimeAsync(0);
});
afterEach(() => {
  player.destroy();
  vi.useRealTimers();
});

async function pass(seconds: number, each: () => void = () => {}) {
  for (let i = 0; i < seconds * 4; ++i) {
    each();
    await vi.advanceTimersByTimeAsync(250);
  }
}
const run = (seconds: number) => pass(seconds, () => (video.currentTime += 0.25));
const fail = (reason: FailureReason) => events.failed(reason);
const giveUp = async (why: WhyNot) => {
  events.unusable(why);
  await vi.advanceTimersByTimeAsync(0);
};

it("connects, then plays", async () => {
  expect(player.getState().kind).toBe("connecting");
  await run(1);
  expect(player.getState().kind).toBe("playing");
  expect(calls).toEqual(["start whep"]);
});

it("waits for a publisher that leaves, and plays on by itself without a reload", async () => {
  player.setPresence("live");
  await run(3);
  player.setPresence("waiting");
  await pass(40);
  expect(player.getState().kind).toBe("waiting_for_publisher");
  player.setPresence("live");
  await pass(1);
  await run(2);
  expect(player.getState().kind).toBe("playing");
  expect(player.figures().reloads).toBe(0);
});

it("survives a publisher that was gone until its stream was forgotten", async () => {
  player.setPresence("live");
  await run(2);
  player.setPresence("absent");
  await pass(20);
  expect(player.getState().kind).toBe("waiting_for_publisher");
  player.setPresence("live");
  await pass(4);
  expect(player.figures().reloads).toBe(1);
  await pass(20);
  expect(player.figures().reloads).toBe(1);
});

it("hops over the hole that the publisher's absence left", async () => {
  await run(2);
  video.buffer([0, 2], [9, 10]);
  await pass(2);
  expect(video.currentTime).toBeCloseTo(9.05);
});

it("says that a stream is not there, and finds it when it comes", async () => {
  player.setPresence("absent");
  fail("not_found");
  await pass(5);
  expect(player.getState()).toEqual({ kind: "error", reason: "not_found" });
  calls.length = 0;
  player.setPresence("live");
  await pass(0.25);
  expect(calls).toContain("resume");
});

it("names a lost network and goes on trying", async () => {
  await run(2);
  player.setPresence("live");
  fail("network");
  await pass(60);
  expect(player.getState()).toMatchObject({ kind: "retrying", reason: "network" });
  expect(calls.filter((one) => one === "resume").length).toBeGreaterThan(6);
  expect(calls).not.toContain("reload");
});

it("says idle when the browser wants a click first", async () => {
  player.pause();
  video.play = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  player.start();
  await vi.advanceTimersByTimeAsync(0);
  expect(player.getState().kind).toBe("idle");
});

it("stops its transport with it", () => {
  player.destroy();
  expect(calls).toContain("stop");
});

it("takes the next transport when one is of no use, and says why", async () => {
  await giveUp("blocked");
  expect(calls).toEqual(["start whep", "stop", "start ll-hls"]);
  await run(1);
  expect(player.figures()).toMatchObject({ transport: "ll-hls", passedOver: [{ kind: "whep", why: "blocked" }], reloads: 0 });
  expect(player.getState().kind).toBe("playing");
});

it("takes the next transport when a live stream shows no picture", async () => {
  player.setPresence("live");
  await pass(14);
  expect(calls).toContain("start ll-hls");
  expect(player.figures().passedOver).toEqual([{ kind: "whep", why: "no_media" }]);
});

it("keeps its transport through an outage once it has shown a picture", async () => {
  player.setPresence("live");
  await run(2);
  await pass(60);
  expect(calls).not.toContain("start ll-hls");
});

it("takes a server that says not found of a live stream to lack the transport", async () => {
  player.setPresence("live");
  for (let i = 0; i < 2; ++i) fail("not_found");
  await vi.advanceTimersByTimeAsync(0);
  expect(player.figures()).toMatchObject({ transport: "ll-hls", passedOver: [{ kind: "whep", why: "no_route" }] });
});

it("begins again from the best when nothing is left, and never gives up", async () => {
  await giveUp("blocked");
  await giveUp("busy");
  expect(player.getState()).toMatchObject({ kind: "retrying", reason: "no_way" });
  expect(player.figures().passedOver).toEqual([{ kind: "whep", why: "blocked" }, { kind: "ll-hls", why: "busy" }]);
  calls.length = 0;
  await pass(2);
  expect(calls[0]).toBe("start whep");
});

it("says codec when no transport can show the stream's, and plays when the codec changes", async () => {
  undecodable = ["whep", "ll-hls"];
  player.setMedia({ video: "hvc1" });
  await pass(1);
  expect(player.getState()).toEqual({ kind: "error", reason: "codec" });
  player.setMedia({ video: "avc1" });
  await pass(1);
  expect(calls.at(-1)).toBe("start whep");
});

it("tries the better transport on another network when the picture stands still", async () => {
  await giveUp("blocked");
  await run(1);
  player.networkChanged();
  expect(player.figures().transport).toBe("ll-hls");
  await pass(3);
  player.networkChanged();
  await vi.advanceTimersByTimeAsync(0);
  expect(player.figures().transport).toBe("whep");
});

it("fetches nothing while it is paused", () => {
  player.pause();
  expect(calls).toContain("suspend");
});
