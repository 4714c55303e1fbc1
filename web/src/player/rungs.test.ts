// @vitest-environment jsdom
import { afterEach, expect, it, vi } from "vitest";
import { rungs } from "./rungs";
import type { MediaFacts } from "./transport";

afterEach(() => vi.unstubAllGlobals());

const kHevc: MediaFacts = { video: "hvc1.1.6.L93.90", audio: "mp4a.40.2" };

function browser({ webrtc = true, mse = true, managed = false } = {}) {
  const source = { isTypeSupported: (type: string) => !type.includes("hvc1") };
  vi.stubGlobal("RTCPeerConnection", webrtc ? class {} : undefined);
  vi.stubGlobal("MediaSource", mse ? source : undefined);
  vi.stubGlobal("ManagedMediaSource", managed ? source : undefined);
}
const verdicts = (media: MediaFacts) => Object.fromEntries(rungs().map((rung) => [rung.kind, rung.whyNot(media)]));

it("prefers WHEP, then LL-HLS, then HTTP-FLV", () => {
  expect(rungs().map((rung) => rung.kind)).toEqual(["whep", "ll-hls", "native-hls", "http-flv"]);
});

it("lets the server judge codecs by WHEP, and judges them itself where bytes are passed on", () => {
  browser();
  expect(verdicts(kHevc)).toMatchObject({ whep: null, "ll-hls": "codec", "http-flv": "codec" });
  expect(verdicts({ video: "avc1.640028" })).toMatchObject({ whep: null, "ll-hls": null, "http-flv": null });
});

it("does not refuse a picture for its sound", () => {
  browser();
  expect(verdicts({ video: "avc1.640028", audio: "hvc1-like-nonsense" })["ll-hls"]).toBeNull();
  expect(verdicts({ audio: "hvc1-like-nonsense" })["ll-hls"]).toBe("codec");
});

it("knows what a browser lacks", () => {
  browser({ webrtc: false, mse: false, managed: true });
  expect(verdicts({})).toMatchObject({ whep: "unsupported", "ll-hls": null, "http-flv": "unsupported" });
});

it("takes the viewer at his word", () => {
  expect(rungs("http-flv").map((rung) => rung.kind)).toEqual(["http-flv"]);
  expect(rungs("ll-hls").map((rung) => rung.kind)).toEqual(["ll-hls", "native-hls"]);
});
