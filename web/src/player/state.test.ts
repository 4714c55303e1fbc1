import { expect, it } from "vitest";
import { describeState, type Situation } from "./state";

const calm: Situation = { wanted: true, presence: "live", moving: false, everMoved: false, failure: null };

it("is idle when nobody asked", () => {
  expect(describeState({ ...calm, wanted: false, moving: true })).toEqual({ kind: "idle" });
});

it("plays when the picture moves, whatever else is said", () => {
  expect(describeState({ ...calm, moving: true, presence: "waiting" }).kind).toBe("playing");
});

it("waits for a publisher that went away", () => {
  expect(describeState({ ...calm, presence: "waiting" }).kind).toBe("waiting_for_publisher");
  expect(describeState({ ...calm, presence: "absent", everMoved: true }).kind).toBe("waiting_for_publisher");
});

it("tells a stream that never was from one that left", () => {
  expect(describeState({ ...calm, presence: "absent" })).toEqual({ kind: "error", reason: "not_found" });
});

it("a playlist that is not there yet is no error while the stream is live", () => {
  const failure = { reason: "not_found", attempt: 2 } as const;
  expect(describeState({ ...calm, failure }).kind).toBe("connecting");
  expect(describeState({ ...calm, failure, presence: "unknown" })).toEqual({ kind: "error", reason: "not_found" });
});

it("names the reason of each retry", () => {
  for (const reason of ["network", "media", "stalled"] as const) {
    expect(describeState({ ...calm, failure: { reason, attempt: 3 } })).toEqual({ kind: "retrying", reason, attempt: 3 });
  }
});

it("an undecodable codec is an error even while the publisher is away", () => {
  const failure = { reason: "codec", attempt: 1 } as const;
  expect(describeState({ ...calm, failure, presence: "waiting" })).toEqual({ kind: "error", reason: "codec" });
});
