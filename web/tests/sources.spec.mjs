import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage, untilMoving } from "./harness/browser.mjs";
import { Publisher } from "./harness/publisher.mjs";
import { Server, until } from "./harness/server.mjs";

const kDial = { "sources.dial_allow": "127.0.0.0/8", "sources.backoff_first_ms": 300, "sources.backoff_max_ms": 1000 };

/** One server fetches from the other, which a real publisher feeds. */
describe("sources", () => {
  let origin;
  let edge;
  let publisher;
  let browser;
  before(async () => {
    origin = await Server.start();
    publisher = new Publisher(origin.rtmp("live/alpha"));
    const configured = JSON.stringify([{ name: "cctv/{id}", url: `${origin.origin}/live/{id}.flv`, idle_timeout_ms: 1000 }]);
    edge = await Server.start("serve", { ...kDial, "sources.pulls": configured });
    browser = await openBrowser();
    await until("the origin is on air", async () => (await origin.stream("live/alpha"))?.state === "live", 30_000);
  });
  after(async () => {
    await browser?.close();
    await publisher?.kill();
    await edge?.stop();
    await origin?.stop();
  });

  it("a source is added, runs, is stopped, started and removed", async () => {
    const page = await openPage(browser, `${edge.origin}/sources`);
    await page.getByRole("heading", { name: "cctv/{id}" }).waitFor();
    await page.getByRole("button", { name: "Add a source" }).click();
    const dialog = page.getByRole("dialog", { name: "Add a source" });
    await dialog.getByLabel("Stream name").fill("far/alpha");
    await dialog.getByLabel("Address").fill("gopher://10.0.0.5/1");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByTestId("form-error").getByText(/no protocol fetches such an address/).waitFor();
    await dialog.getByLabel("Address").fill(`${origin.origin}/live/alpha.flv?token=hunter2`);
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });

    const row = page.getByTestId("pull-row").filter({ hasText: "far/alpha" });
    await row.getByText("Running").waitFor();
    assert.ok(!(await page.content()).includes("hunter2"));
    await row.getByRole("button", { name: "Stop" }).click();
    await row.getByText("Stopped").waitFor();
    await row.getByRole("button", { name: "Start" }).click();
    await row.getByText("Running").waitFor();
    await row.getByRole("button", { name: "Connect anew" }).click();
    await row.getByText("Running").waitFor();
    await row.getByRole("button", { name: "Remove" }).click();
    await page.getByRole("dialog", { name: "Remove far/alpha?" }).getByRole("button", { name: "Remove" }).click();
    await row.waitFor({ state: "detached" });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("what the configuration holds can be restarted, not changed", async () => {
    const page = await openPage(browser, `${edge.origin}/sources`);
    const row = page.getByTestId("pull-row").filter({ hasText: "cctv/{id}" });
    await row.getByText("Configured").waitFor();
    assert.equal(await row.getByRole("button", { name: "Remove" }).count(), 0);
    await page.context().close();
  });

  it("a source that cannot be reached says why, and when it is tried again", async () => {
    await add(edge, { name: "far/dead", url: "http://127.0.0.1:1/live/x.flv" });
    const page = await openPage(browser, `${edge.origin}/sources`);
    const row = page.getByTestId("pull-row").filter({ hasText: "far/dead" });
    await row.getByText("Failed").waitFor();
    assert.notEqual((await row.getByTestId("row-error").textContent()).trim(), "");
    await page.context().close();
  });

  it("a stream on demand is in the list, and starts when it is opened", async () => {
    await add(edge, { name: "far/demand", url: `${origin.origin}/live/alpha.flv`, on_demand: true, idle_timeout_ms: 1000 });
    const page = await openPage(browser, edge.origin);
    const card = page.getByTestId("stream-card").filter({ hasText: "far/demand" });
    await card.getByText("Starts when watched").waitFor();
    await card.click();
    await untilMoving(page);
    await page.goto(`${edge.origin}/sources`);
    await page.getByTestId("pull-row").filter({ hasText: "far/demand" }).getByText("Starts when watched").waitFor({ timeout: 40_000 });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("fits a phone without sideways scrolling, in both languages and themes", async () => {
    for (const [locale, colorScheme] of [["ko-KR", "dark"], ["en-US", "light"]]) {
      const page = await openPage(browser, `${edge.origin}/sources`, { locale, colorScheme, viewport: { width: 390, height: 844 } });
      await page.getByTestId("pull-row").first().waitFor();
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, locale);
      await page.context().close();
    }
  });
});

async function add(server, pull) {
  const response = await fetch(`${server.origin}/api/v1/pulls`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(pull) });
  assert.equal(response.status, 201, await response.text());
}
