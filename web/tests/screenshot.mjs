#!/usr/bin/env node
// Takes the picture of the player that README shows: node tests/screenshot.mjs FILE.png
// Waits until the demo flight has come at its full rate for a while, so that the figures in the picture are true ones.
import { openBrowser, openPage, untilMoving } from "./harness/browser.mjs";
import { Server, until } from "./harness/server.mjs";

const kSteadyLooks = 8;
const file = process.argv[2];
if (!file) {
  console.error("usage: node tests/screenshot.mjs FILE.png");
  process.exit(2);
}

const server = await Server.start("demo");
const browser = await openBrowser();
try {
  await until("the demo is on air", async () => (await server.stream("live/demo"))?.state === "live", 30_000);
  const page = await openPage(browser, `${server.origin}/watch/live/demo`);
  await untilMoving(page, 60, 40_000);
  let steady = 0;
  await until(
    "a steady picture",
    async () => {
      const rates = await Promise.all(["fps", "received-fps"].map((id) => page.getByTestId(id).textContent()));
      steady = rates.every((rate) => /^(29|30|31) fps$/.test(rate.trim())) ? steady + 1 : 0;
      if (steady >= kSteadyLooks) return true;
      throw new Error(rates.join(", "));
    },
    Number(process.env.WAIT_MS ?? 120_000),
    1000,
  );
  await page.screenshot({ path: file });
} finally {
  await browser.close();
  await server.stop();
}
