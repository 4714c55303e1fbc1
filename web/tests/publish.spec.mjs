import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { kFakeConsent, kFakeDevice, openBrowser, openPage } from "./harness/browser.mjs";
import { Server, until } from "./harness/server.mjs";

/** A name that resolves to this machine, but is not localhost: to the browser it is a stranger's, and not secure. */
const kStrangeHost = "control-room.test";

const previewWidth = (page) => page.getByTestId("preview").evaluate((video) => video.videoWidth);

describe("publishing from the browser", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start();
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
