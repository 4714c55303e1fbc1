import { expect, it } from "vitest";
import { ServerClock } from "./server_clock";

it("stands on the local clock until it knows better", () => {
  expect(new ServerClock(() => 1000).now()).toBe(1000);
});

it("believes the exchange with the shortest round trip", () => {
  const clock = new ServerClock(() => 10_000);
  clock.sample(10_900, 800);
  clock.sample(10_495, 10);
  clock.sample(10_100, 400);
  expect(clock.offsetMs()).toBe(500);
});

it("forgets old exchanges, so that a stepped clock is followed", () => {
  const clock = new ServerClock(() => 0);
  clock.sample(0, 1);
  for (let i = 0; i < 8; ++i) clock.sample(5000, 20);
  expect(clock.offsetMs()).toBe(5010);
});

it("ignores what is no time", () => {
  const clock = new ServerClock(() => 7);
  clock.sample(Number.NaN, 3);
  expect(clock.now()).toBe(7);
});

it("is not behind what the server has said unasked", () => {
  const clock = new ServerClock(() => 1000);
  clock.sample(900, 400);
  expect(clock.offsetMs()).toBe(100);
  clock.heard(1250);
  clock.heard(1240);
  clock.heard(Number.NaN);
  expect(clock.offsetMs()).toBe(250);
});

it("forgets what was said before the server's clock was set back", () => {
  const clock = new ServerClock(() => 1000);
  clock.heard(5000);
  for (let i = 0; i < 60; ++i) clock.heard(1100);
  expect(clock.offsetMs()).toBe(100);
});
