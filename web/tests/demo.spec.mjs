import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, untilMoving } from "./harness/browser.mjs";
import { Server, until } from "./harness/server.mjs";
import { readTimeCode, recordTimeCodes } from "./harness/time_code.mjs";

const kLookMs = 6000;
/** Two looks at one picture: by its time code, and by the capture time that came with it. */
const kApartMs = 100;
/** Far above what an idle machine shows (see README.md), because tests share theirs. */
const kAtMostMs = { whep: 1000, "ll-hls": 3000 };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const kNearMs = 50;

/** Keeps what the page says of its latency, each time that it says something new. */
function watchLatency(page) {
  return page.evaluate(() => {
    const element = document.querySelector("[data-testid=latency]");
    window.saidLatencies = [];
    new MutationObserver(() => element.dataset.latencyMs && window.saidLatencies.push({ at: Date.now(), ms: Number(element.dataset.latencyMs) })).observe(element, { attributes: true });
  });
}

describe("the demo flight", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start("demo");
    browser = await openBrowser();
    await until("the demo is on air", async () => (await server.stream("live/demo"))?.state === "live", 30_000);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  for (const via of ["whep", "ll-hls"]) {
    it(`by ${via} its latency can be read from the picture, and the page says the same`, async (t) => {
      const page = await openPage(browser, `${server.origin}/watch/live/demo?via=${via}`);
      await untilMoving(page, 30, 40_000);
      await watchLatency(page);
      const looks = (await recordTimeCodes(page, kLookMs)).map((look) => ({ ...look, time: readTimeCode(look.cells) }));
      assert.ok(looks.length > 20 && looks.every((look) => look.time !== null), `${looks.length} readable time codes`);
      assert.ok(looks.every((look, i) => i === 0 || look.time >= looks[i - 1].time), "time in the picture runs forward");
      const latencies = looks.map((look) => look.shown - look.time);
      t.diagnostic(`glass to glass: median ${Math.round(median(latencies))} ms, worst ${Math.round(Math.max(...latencies))} ms`);
      assert.ok(median(latencies) > 0 && median(latencies) < kAtMostMs[via], `latency by the picture ${median(latencies)} ms`);

      const apart = (await page.evaluate(() => window.saidLatencies)).flatMap(({ at, ms }) => {
        const look = looks.find((one) => Math.abs(one.shown - at) < kNearMs);
        return look ? [ms - (look.shown - look.time)] : [];
      });
      assert.ok(apart.length >= 3, "the page says its latency while the picture is looked at");
      assert.ok(Math.abs(median(apart)) < kApartMs, `the page says ${median(apart)} ms more than the picture`);
      await page.context().close();
    });
  }

  it("the telemetry over the picture follows the flight, in the viewer's language", async () => {
    const page = await openPage(browser, `${server.origin}/watch/live/demo`, { locale: "ko-KR" });
    const telemetry = page.getByTestId("telemetry");
    await telemetry.waitFor({ timeout: 25_000 });
    assert.match(await telemetry.innerText(), /속도/);
    const position = telemetry.locator("[data-field=position]");
    const before = await position.textContent();
    assert.match(before, /^37\.\d{5}, 12\d\.\d{5}$/);
    await until("another position", async () => (await position.textContent()) !== before);
    await page.context().close();
  });
});
