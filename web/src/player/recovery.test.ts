import { expect, it } from "vitest";
import { Recovery, type Step } from "./recovery";

const make = () => new Recovery(() => 1);

/** Lets `seconds` pass in steps of 100 ms, with the failure going on, and lists what was done when. */
function endure(recovery: Recovery, seconds: number, live: boolean): { at: number; step: Step }[] {
  const done: { at: number; step: Step }[] = [];
  for (let at = 0; at <= seconds * 1000; at += 100) {
    const step = recovery.next(at, live);
    if (step) done.push({ at, step });
  }
  return done;
}

it("does nothing while all is well", () => {
  expect(endure(make(), 60, true)).toEqual([]);
});

it("resumes twice, then reloads once", () => {
  const recovery = make();
  recovery.failed("stalled", 0);
  expect(endure(recovery, 12, true).map((one) => one.step)).toEqual(["resume", "resume", "reload", "resume"]);
});

it("never gives up, and never waits longer than its bound", () => {
  const recovery = make();
  recovery.failed("network", 0);
  const done = endure(recovery, 3600, true);
  expect(done.length).toBeGreaterThan(400);
  const pauses = done.slice(1).map((one, i) => one.at - done[i]!.at);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(8100);
});

it("never reloads the media element for want of a server, or of a publisher", () => {
  const unreachable = make();
  unreachable.failed("network", 0);
  expect(endure(unreachable, 600, true).every((one) => one.step === "resume")).toBe(true);
  const away = make();
  away.failed("stalled", 0);
  expect(endure(away, 600, false).every((one) => one.step === "resume")).toBe(true);
});

it("keeps reloads of a long outage half a minute apart", () => {
  const recovery = make();
  recovery.failed("stalled", 0);
  const reloads = endure(recovery, 300, true).filter((one) => one.step === "reload");
  expect(reloads.length).toBeGreaterThan(3);
  for (let i = 1; i < reloads.length; ++i) expect(reloads[i]!.at - reloads[i - 1]!.at).toBeGreaterThanOrEqual(30_000);
});

it("a broken decoder is reloaded at once", () => {
  const recovery = make();
  recovery.failed("media", 0);
  expect(recovery.next(500, true)).toBe("reload");
});

it("tries at once when the publisher is back, and forgets all when the picture moves", () => {
  const recovery = make();
  recovery.failed("stalled", 0);
  endure(recovery, 100, false);
  recovery.hurry(100_050, true);
  expect(recovery.next(100_050, true)).toBe("resume");
  recovery.moving(100_100);
  expect(recovery.failure()).toBeNull();
  expect(recovery.next(1_000_000, true)).toBeNull();
});

it("gives a publisher who is back time for his first picture before it reloads", () => {
  const recovery = make();
  recovery.failed("stalled", 0);
  recovery.hurry(0, true);
  const done = endure(recovery, 12, true);
  expect(done.filter((one) => one.at < 5000).map((one) => one.step)).toEqual(["resume", "resume", "resume"]);
  expect(done.find((one) => one.at >= 5000)?.step).toBe("reload");
});

it("does not wait for pictures of a stream that was forgotten", () => {
  const recovery = make();
  recovery.failed("stalled", 0);
  recovery.hurry(0, false);
  expect(endure(recovery, 4, true).map((one) => one.step)).toEqual(["resume", "resume", "reload"]);
});

it("does not take a buffer that plays on for health", () => {
  const recovery = make();
  recovery.failed("network", 0);
  recovery.moving(2000);
  expect(recovery.next(2000, true)).toBe("resume");
  recovery.moving(3000);
  expect(recovery.failure()).toBeNull();
});
