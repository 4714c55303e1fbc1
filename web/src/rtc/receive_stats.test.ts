import { expect, it } from "vitest";
import { countersOf, figuresBetween, kNtpToUnixMs } from "./receive_stats";

const video = { id: "v", type: "inbound-rtp", kind: "video", framesDecoded: 100, packetsReceived: 900, packetsLost: 10, jitterBufferDelay: 2, jitterBufferEmittedCount: 100, framesPerSecond: 30 };
const transport = { id: "t", type: "transport", selectedCandidatePairId: "p" };
const pair = { id: "p", type: "candidate-pair", currentRoundTripTime: 0.024, localCandidateId: "l" };
const local = { id: "l", type: "local-candidate", protocol: "udp", candidateType: "host" };

it("reads the counters of the picture, and the path that was taken", () => {
  const counters = countersOf([video, transport, pair, local, { id: "q", type: "candidate-pair", currentRoundTripTime: 9 }]);
  expect(counters).toMatchObject({ framesDecoded: 100, packetsLost: 10, fps: 30, roundTripMs: 24, path: "udp", playoutMs: null });
  expect(countersOf([transport, pair, { ...local, protocol: "tcp" }]).path).toBe("tcp");
  expect(countersOf([transport, pair, { ...local, candidateType: "relay" }]).path).toBe("relay");
});

it("knows the time of capture from the sender's reports", () => {
  const captured = 1_795_000_000_000;
  expect(countersOf([{ ...video, estimatedPlayoutTimestamp: captured + kNtpToUnixMs }]).playoutMs).toBe(captured);
});

it("measures jitter buffer and loss over the last interval only", () => {
  const before = countersOf([video, transport, pair, local]);
  const now = countersOf([{ ...video, packetsReceived: 995, packetsLost: 15, jitterBufferDelay: 2.6, jitterBufferEmittedCount: 130 }, transport, pair, local]);
  const figures = figuresBetween(before, now);
  expect(figures.jitterBufferMs).toBeCloseTo(20);
  expect(figures.lossShare).toBeCloseTo(0.05);
  expect(figuresBetween(null, now)).toMatchObject({ jitterBufferMs: null, lossShare: null, fps: 30 });
});

it("takes a late packet that lowers the loss for none lost", () => {
  const before = countersOf([video]);
  expect(figuresBetween(before, countersOf([{ ...video, packetsReceived: 950, packetsLost: 8 }])).lossShare).toBe(0);
});
