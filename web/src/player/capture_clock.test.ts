import { expect, it } from "vitest";
import { CaptureClock, captureOf } from "./capture_clock";
import { kNtpToUnixMs } from "@/rtc/receive_stats";

const kUnixMs = 1_795_000_000_000;
const source = { rtpTimestamp: 9000, captureTimestamp: kUnixMs + kNtpToUnixMs };

it("knows the time of the frame that is shown, though the receiver is a frame ahead", () => {
  expect(captureOf(source, 9000)).toBe(kUnixMs);
  expect(captureOf(source, 9000 - 2970)).toBe(kUnixMs - 33);
  expect(captureOf({ ...source, senderCaptureTimeOffset: -5 }, 9000)).toBe(kUnixMs - 5);
});

it("is not misled when the RTP timestamp wraps between the two", () => {
  expect(captureOf({ ...source, rtpTimestamp: 900 }, 4_294_967_296 - 900)).toBe(kUnixMs - 20);
});

it("knows nothing where the sender says nothing", () => {
  expect(captureOf(undefined, 1)).toBeNull();
  expect(captureOf({ rtpTimestamp: 1 }, 1)).toBeNull();
});

it("tells between two frames of the moment that the last one was shown, and forgets it in time", () => {
  let now = 100;
  let present: VideoFrameRequestCallback = () => {};
  const video = { requestVideoFrameCallback: (callback: VideoFrameRequestCallback) => ((present = callback), 1), cancelVideoFrameCallback: () => {} };
  const clock = new CaptureClock(video as never, () => source, () => now);
  clock.start();
  expect(clock.captureTimeMs()).toBeNull();
  present(100, { expectedDisplayTime: 110, rtpTimestamp: 9000 } as VideoFrameCallbackMetadata);
  now = 130;
  expect(clock.captureTimeMs()).toBe(kUnixMs + 20);
  now = 2000;
  expect(clock.captureTimeMs()).toBeNull();
  clock.stop();
});
