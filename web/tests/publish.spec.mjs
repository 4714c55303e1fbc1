import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { kFakeConsent, kFakeDevice, openBrowser, openPage, untilMoving } from "./harness/browser.mjs";
import { Publisher } from "./harness/publisher.mjs";
import { Server, until } from "./harness/server.mjs";

/** A name that resolves to this machine, but is not localhost: to the browser it is a stranger's, and not secure. */
const kStrangeHost = "control-room.test";

const previewWidth = (page) => page.getByTestId("preview").evaluate((video) => video.videoWidth);

describe("publishing from the browser", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start("serve", { "http.names": kStrangeHost });
    browser = await openBrowser(kFakeDevice, kFakeConsent, `--host-resolver-rules=MAP ${kStrangeHost} 127.0.0.1`);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("is reached from the empty list and from the header, with the name that was typed", async () => {
    const page = await openPage(browser, server.origin);
    const empty = page.getByTestId("empty");
    await empty.getByLabel("Stream name").fill("rescue/two");
    await empty.getByRole("link", { name: "From this browser" }).click();
    await page.getByRole("heading", { name: "Send camera or screen" }).waitFor();
    assert.equal(await page.getByRole("textbox", { name: "Stream name" }).inputValue(), "rescue/two");
    await page.getByRole("button", { name: "Send video" }).click();
    await page.getByRole("dialog").getByRole("link", { name: "From this browser" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.getByRole("heading", { name: "Send camera or screen" }).waitFor();
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("shows the camera before anything is sent, lets the device be chosen, and lets it go", async () => {
    const page = await openPage(browser, `${server.origin}/publish`);
    await page.getByRole("button", { name: "Turn the camera on" }).click();
    await until("a preview", async () => (await previewWidth(page)) > 0);
    const cameras = await page.getByLabel("Camera", { exact: true }).and(page.locator("select")).locator("option").allTextContents();
    assert.ok(cameras.length >= 1 && cameras.every((name) => name.length > 0), cameras.join());
    assert.ok((await page.getByLabel("Microphone").locator("option").count()) >= 1);
    assert.equal(await page.getByTestId("preview").getAttribute("data-state"), "idle");
    await page.getByRole("button", { name: "Turn the camera off" }).click();
    await until("no preview", () => page.getByTestId("preview").evaluate((video) => video.srcObject === null));
    await page.context().close();
  });

  it("shows a screen, too", async () => {
    const page = await openPage(browser, `${server.origin}/publish`);
    await page.getByRole("radio", { name: "Screen" }).check({ force: true });
    await page.getByRole("button", { name: "Choose a screen" }).click();
    await until("a preview", async () => (await previewWidth(page)) > 0);
    await page.getByRole("button", { name: "Stop sharing" }).click();
    await page.context().close();
  });

  it("does not go live under a name that is none", async () => {
    const page = await openPage(browser, `${server.origin}/publish`);
    await page.getByRole("button", { name: "Turn the camera on" }).click();
    const live = page.getByRole("button", { name: "Go live" });
    await live.waitFor();
    for (const bad of ["alpha", "live/", ".live/alpha", "live/al pha", "live/a/b"]) {
      await page.getByRole("textbox", { name: "Stream name" }).fill(bad);
      assert.ok(await live.isDisabled(), bad);
      await page.getByText("This is no stream name").waitFor();
    }
    await page.getByRole("textbox", { name: "Stream name" }).fill("live/alpha");
    assert.ok(await live.isEnabled());
    await page.context().close();
  });

  it("says that a page without HTTPS gets no camera, and what to do", async () => {
    const page = await openPage(browser, `http://${kStrangeHost}:${server.httpPort}/publish`);
    await page.getByText("only to pages that come by HTTPS").waitFor();
    await page.getByText("Set https.listen and a certificate").waitFor();
    assert.ok(await page.getByRole("button", { name: "Turn the camera on" }).isDisabled());
    await page.context().close();
  });

  it("says that the browser was told to refuse, and how to allow it", async () => {
    const refusing = await openBrowser(kFakeDevice, "--deny-permission-prompts");
    try {
      const page = await openPage(refusing, `${server.origin}/publish`, { locale: "ko-KR" });
      await page.getByRole("button", { name: "카메라 켜기" }).click();
      await page.getByText("브라우저가 카메라나 마이크를 막고 있습니다").waitFor();
    } finally {
      await refusing.close();
    }
  });

  it("says that there is no camera", async () => {
    const bare = await openBrowser(kFakeConsent);
    try {
      const page = await openPage(bare, `${server.origin}/publish`);
      await page.getByRole("button", { name: "Turn the camera on" }).click();
      await page.getByText("No such camera or microphone").waitFor();
    } finally {
      await bare.close();
    }
  });

  it("fits a phone without sideways scrolling", async () => {
    const page = await openPage(browser, `${server.origin}/publish`, { locale: "ko-KR", viewport: { width: 390, height: 844 } });
    await page.getByRole("button", { name: "카메라 켜기" }).click();
    await until("a preview", async () => (await previewWidth(page)) > 0);
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0);
    await page.context().close();
  });
});

describe("on air from the browser by WHIP", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start();
    browser = await openBrowser(kFakeDevice, kFakeConsent);
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  const state = (page) => page.getByTestId("preview").getAttribute("data-state");
  async function goLive(name, { at = server, simulcast = false } = {}) {
    const page = await openPage(browser, `${at.origin}/publish?name=${encodeURIComponent(name)}`);
    if (simulcast) await page.getByLabel("Several sizes at once").check();
    await page.getByRole("button", { name: "Turn the camera on" }).click();
    await page.getByRole("button", { name: "Go live" }).click();
    return page;
  }
  async function onAir(name, options) {
    const page = await goLive(name, options);
    await until("on air", async () => (await state(page)) === "live");
    return page;
  }
  const videoTracks = async (name) => (await server.stream(name))?.tracks.filter((track) => track.kind === "video") ?? [];

  it("shows what it sends, and others see it by WebRTC and by HLS", async () => {
    const page = await onAir("live/camera");
    await until("figures of what is sent", async () => {
      const text = (id) => page.getByTestId(`send-${id}`).textContent();
      assert.match(await text("bitrate"), /bit\/s$/);
      assert.match(await text("fps"), /^[1-9]\d* fps$/);
      assert.match(await text("round-trip"), /^\d+ ms$/);
      assert.equal(await text("codec"), "H264");
      return true;
    });
    for (const via of ["whep", "ll-hls"]) {
      const viewer = await openPage(browser, `${server.origin}/watch/live/camera?via=${via}`);
      const seen = await untilMoving(viewer, 30, 40_000);
      assert.ok(seen.width > 0, via);
      assert.equal(await viewer.getByTestId("transport").getAttribute("data-kind"), via);
      await viewer.context().close();
    }
    await page.getByRole("button", { name: "Stop sending" }).click();
    await until("the stream is off air", async () => (await server.stream("live/camera"))?.state !== "live");
    assert.equal(await state(page), "idle");
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("leaves the air with the page", async () => {
    const page = await onAir("live/leaving");
    await until("the stream is live", async () => (await server.stream("live/leaving"))?.state === "live");
    await page.goto("about:blank");
    await until("the stream is off air", async () => (await server.stream("live/leaving"))?.state !== "live");
    await page.context().close();
  });

  it("says that the name is taken", async () => {
    const other = new Publisher(server.rtmp("live/taken"));
    try {
      await until("the stream is live", async () => (await server.stream("live/taken"))?.state === "live");
      const page = await goLive("live/taken");
      await page.getByText("Somebody else is on air as live/taken").waitFor();
      assert.equal(await state(page), "error");
      await page.context().close();
    } finally {
      await other.stop();
    }
  });

  it("says that the server takes nothing from browsers", async () => {
    const own = await Server.start("serve", { "webrtc.listen": "" });
    try {
      const page = await goLive("live/camera", { at: own });
      await page.getByText("takes no video from browsers").waitFor();
      await page.context().close();
    } finally {
      await own.stop();
    }
  });

  it("sends several sizes at once when asked to", async () => {
    const page = await onAir("live/sizes", { simulcast: true });
    await until("renditions", async () => (await videoTracks("live/sizes")).length > 1);
    const viewer = await openPage(browser, `${server.origin}/watch/live/sizes?via=whep`);
    await untilMoving(viewer, 20, 40_000);
    await viewer.context().close();
    await page.context().close();
  });

  it("is on air again by itself after the server was restarted", async () => {
    const own = await Server.start();
    try {
      const page = await onAir("live/camera", { at: own });
      await own.restart();
      await until("the stream is live again", async () => (await own.stream("live/camera"))?.state === "live", 60_000);
      await until("on air", async () => (await state(page)) === "live");
      await page.context().close();
    } finally {
      await own.stop();
    }
  });
});
