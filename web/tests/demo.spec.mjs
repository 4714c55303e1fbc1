import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, picture, untilMoving } from "./harness/browser.mjs";
import { Server, until } from "./harness/server.mjs";
import { lookAtTimeCode } from "./harness/time_code.mjs";

const kLooks = 8;
/** Two clocks look at one picture: the strip was drawn before encoding, the page counts from the server's door. */
const kApartMs = 700;

describe("the demo flight", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start("demo");
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is on air, and its latency can be read from the picture", async (t) => {
    const { streams } = await until("a live stream", async () => {
      const body = await (await fetch(`${server.origin}/api/v1/streams`)).json();
      return body.streams.some((stream) => stream.state === "live") && body;
    }, 30_000);
    const { name } = streams.find((stream) => stream.state === "live");
    const page = await openPage(browser, `${server.origin}/watch/${name}`);
    await untilMoving(page, 30, 40_000);
    const looks = [];
    while (looks.length < kLooks) {
      looks.push(await until("a readable time code", () => lookAtTimeCode(page)));
      await untilMoving(page, 5);
    }
    const sorted = looks.map((look) => look.latencyMs).sort((a, b) => a - b);
    const median = sorted[kLooks / 2];
    const { latencyMs } = await picture(page);
    t.diagnostic(`glass to glass: median ${median} ms (${sorted[0]} to ${sorted[kLooks - 1]}); the page says ${Math.round(latencyMs)} ms`);
    assert.ok(looks.every((look, i) => i === 0 || look.time > looks[i - 1].time), "time in the picture runs forward");
    assert.ok(median > 0 && median < 3000, `latency by the picture ${median} ms`);
    assert.ok(Math.abs(median - latencyMs) < kApartMs, `the picture says ${median} ms, the page ${latencyMs} ms`);
    await page.context().close();
  });
});
