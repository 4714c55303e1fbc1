import assert from "node:assert/strict";
import { after, afterEach, before, describe, it } from "node:test";
import { countLoads, openBrowser, openPage, picture, untilMoving } from "./harness/browser.mjs";
import { hasFootage, kFootage, Publisher } from "./harness/publisher.mjs";
import { Server, until } from "./harness/server.mjs";

const kKeepMs = 6000;

describe("watching", () => {
  let server;
  let browser;
  const publishers = [];
  const publish = (name, what) => {
    publishers.push(new Publisher(server.rtmp(name), what));
    return publishers[publishers.length - 1];
  };
  before(async () => {
    server = await Server.start();
    browser = await openBrowser();
  });
  afterEach(() => Promise.all(publishers.splice(0).map((publisher) => publisher.stop())));
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("a stream appears in the list by itself, with its facts, and goes to waiting", async () => {
    const page = await openPage(browser, server.origin);
    await page.getByTestId("line").and(page.locator("[data-line=live]")).waitFor();
    const publisher = publish("live/list");
    const card = page.getByTestId("stream-card").filter({ hasText: "live/list" });
    await card.getByText("Live", { exact: true }).waitFor({ timeout: 15_000 });
    await card.getByText("640 × 360").waitFor();
    await card.getByText("H.264").waitFor();
    await publisher.kill();
    await card.getByText("Waiting").waitFor({ timeout: 15_000 });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  for (const [via, atMostMs] of [["whep", 1000], ["ll-hls", 3000]]) {
    it(`decoded frames advance by ${via}, and the latency is readable`, async () => {
      publish("live/alpha");
      const page = await openPage(browser, `${server.origin}/watch/live/alpha?via=${via}`);
      const seen = await untilMoving(page, 60);
      assert.equal(seen.width, 640);
      assert.equal(seen.overlay, "");
      await until(`a latency below ${atMostMs} ms`, async () => {
        const { latencyMs } = await picture(page);
        if (latencyMs > 0 && latencyMs < atMostMs) return true;
        throw new Error(`latency ${latencyMs} ms`);
      });
      assert.match(await page.getByTestId("latency").textContent(), /^\d+( ms|\.\d+ s)$/);
      assert.equal(await page.getByTestId("transport").getAttribute("data-kind"), via);
      assert.equal(await page.getByTestId("facts").getByTestId("size").textContent(), "640 × 360");
      await until("a bitrate", async () => /bit\/s/.test(await page.getByTestId("bitrate").textContent()));
      assert.deepEqual(page.complaints, []);
      await page.context().close();
    });
  }

  it("plays by HTTP-FLV for a viewer who insists on it, and finds the publisher who came back", async () => {
    const first = publish("live/flv");
    const page = await openPage(browser, `${server.origin}/watch/live/flv?via=http-flv`);
    await untilMoving(page, 60);
    assert.equal(await page.getByTestId("transport").getAttribute("data-kind"), "http-flv");
    await first.kill();
    await page.getByText("The publisher is away").waitFor({ timeout: 20_000 });
    publish("live/flv");
    await untilMoving(page, 30, 30_000);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("the viewer can choose another way, and the address remembers it", async () => {
    publish("live/ways");
    const page = await openPage(browser, `${server.origin}/watch/live/ways?via=http-flv`);
    await untilMoving(page, 20);
    await page.getByLabel("Comes by").selectOption("ll-hls");
    await page.locator("[data-testid=transport][data-kind=ll-hls]").waitFor();
    await untilMoving(page, 20);
    assert.equal(new URL(page.url()).searchParams.get("via"), "ll-hls");
    await page.context().close();
  });

  it("in full screen the controls fade, and come back with the pointer", async () => {
    publish("live/full");
    const page = await openPage(browser, `${server.origin}/watch/live/full`);
    await untilMoving(page, 20);
    const controls = page.getByTestId("controls");
    const opacity = () => controls.evaluate((element) => Number(getComputedStyle(element).opacity));
    await page.getByRole("button", { name: "Full screen" }).click();
    await until("the controls are gone", async () => (await opacity()) === 0);
    await page.mouse.move(300, 300);
    await until("the controls are back", async () => (await opacity()) === 1);
    await page.keyboard.press("Escape");
    await page.context().close();
  });

  it("real drone footage plays", async (t) => {
    if (!hasFootage()) return t.skip(`no footage at ${kFootage}`);
    publish("live/drone", "footage");
    const page = await openPage(browser, `${server.origin}/watch/live/drone`);
    const seen = await untilMoving(page, 60, 40_000);
    assert.ok(seen.width >= 1280, `width ${seen.width}`);
    await page.context().close();
  });

  for (const via of ["whep", "ll-hls"]) {
    it(`by ${via} the picture goes on without a reload after the publisher is killed and comes back`, async () => {
      const first = publish("live/back");
      const page = await openPage(browser, `${server.origin}/watch/live/back?via=${via}`);
      await untilMoving(page, 30);
      const loads = await countLoads(page);
      await first.kill();
      await page.getByText("The publisher is away").waitFor({ timeout: 20_000 });
      publish("live/back");
      await untilMoving(page, 60, 30_000);
      assert.deepEqual(await loads(), { page: 0, element: 0 });
      await page.context().close();
    });
  }

  it("a viewer who waits longer than the stream is kept sees it again, with one reload of the element at most", async () => {
    const own = await Server.start("serve", { "hub.linger_ms": kKeepMs });
    const url = own.rtmp("live/long");
    let publisher = new Publisher(url);
    try {
      const page = await openPage(browser, `${own.origin}/watch/live/long`);
      await untilMoving(page, 30);
      const loads = await countLoads(page);
      await publisher.kill();
      await until("the stream is forgotten", async () => (await own.stream("live/long")) === null, 40_000);
      publisher = new Publisher(url);
      await untilMoving(page, 60, 40_000);
      assert.ok((await loads()).element <= 1);
      await page.context().close();
    } finally {
      await publisher.stop();
      await own.stop();
    }
  });

  it("a viewer who came before the publisher sees the picture by itself", async () => {
    const page = await openPage(browser, `${server.origin}/watch/live/later`);
    await page.getByText("No stream is called live/later").waitFor();
    publish("live/later");
    await untilMoving(page, 30);
    await page.context().close();
  });

  it("the sender can be asked to reconnect", async () => {
    publish("live/ask");
    const page = await openPage(browser, `${server.origin}/watch/live/ask`);
    await untilMoving(page, 20);
    await page.getByRole("button", { name: "Ask the sender to reconnect" }).click();
    await page.getByText("The sender was asked to reconnect.").waitFor();
    await until("the publisher's session has ended", async () => (await server.stream("live/ask"))?.state !== "live");
    await page.context().close();
  });

  it("a lost server is named, and the picture comes back with it", async () => {
    const own = await Server.start();
    let publisher = new Publisher(own.rtmp("live/net"));
    try {
      const page = await openPage(browser, `${own.origin}/watch/live/net?via=ll-hls`);
      await untilMoving(page, 30);
      await page.context().setOffline(true);
      await page.getByText("The connection to the server is lost").waitFor({ timeout: 30_000 });
      await page.context().setOffline(false);
      await untilMoving(page, 30, 40_000);
      await page.context().close();
    } finally {
      await publisher.stop();
      await own.stop();
    }
  });
});
