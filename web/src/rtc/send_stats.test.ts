import { expect, it } from "vitest";
import { sendFigures } from "./send_stats";

const layer = (rid: string, width: number, bytesSent: number, more = {}) => ({
  id: rid, type: "outbound-rtp", kind: "video", timestamp: 10_000, rid, frameWidth: width, frameHeight: (width * 9) / 16, framesPerSecond: 30, bytesSent, codecId: "c", qualityLimitationReason: "none", ...more,
});
const codec = { id: "c", type: "codec", mimeType: "video/H264" };
const remote = { id: "r", type: "remote-inbound-rtp", kind: "video", roundTripTime: 0.018, fractionLost: 0.02 };

it("adds up the layers, and shows the largest", () => {
  const { figures } = sendFigures([layer("q", 480, 50_000), layer("f", 1920, 450_000), codec, remote], { atMs: 8000, bytes: 100_000 });
  expect(figures).toEqual({ bitrateBps: 1_600_000, fps: 30, width: 1920, height: 1080, codec: "H264", roundTripMs: 18, lossShare: 0.02, limitedBy: "none", layers: 2 });
});

it("counts only the layers that are being sent, and says what limits", () => {
  const { figures, look } = sendFigures([layer("q", 480, 1), layer("f", 1920, 2, { framesPerSecond: 0, qualityLimitationReason: "bandwidth" })], null);
  expect(figures).toMatchObject({ layers: 1, limitedBy: "bandwidth", bitrateBps: null, roundTripMs: null });
  expect(look).toEqual({ atMs: 10_000, bytes: 3 });
});

it("says nothing where nothing is known", () => {
  expect(sendFigures([], null).figures).toMatchObject({ fps: null, width: null, codec: null, layers: 0 });
});
