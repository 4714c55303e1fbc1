import { expect, it } from "vitest";
import { formatBitrate, formatElapsed, formatFps, formatLatency, formatSeconds, formatShare, formatSize } from "./format";

it("formats rates", () => {
  expect([formatBitrate(2_140_000), formatBitrate(12_000_000), formatBitrate(128_000), formatBitrate(0)]).toEqual([
    "2.1 Mbit/s",
    "12 Mbit/s",
    "128 kbit/s",
    "–",
  ]);
});

it("formats pictures", () => {
  expect(formatSize(1920, 1080)).toBe("1920 × 1080");
  expect(formatSize()).toBe("–");
  expect([formatFps(29.97), formatFps(7.5), formatFps(0)]).toEqual(["30 fps", "7.5 fps", "–"]);
});

it("formats times", () => {
  expect([formatSeconds(1840), formatSeconds(12_340), formatSeconds(null), formatSeconds(-30)]).toEqual(["1.84 s", "12.3 s", "–", "0.00 s"]);
  expect([formatLatency(84.4), formatLatency(1240), formatLatency(null)]).toEqual(["84 ms", "1.24 s", "–"]);
  expect([formatShare(0), formatShare(0.0312), formatShare(0.5), formatShare(null)]).toEqual(["0 %", "3.1 %", "50 %", "–"]);
  expect([formatElapsed(65_000), formatElapsed(3_723_000)]).toEqual(["1:05", "1:02:03"]);
});
