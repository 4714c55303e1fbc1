import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./harness/browser.mjs";
import { Server } from "./harness/server.mjs";

describe("pages", () => {
  let server;
  let browser;
  before(async () => {
    server = await Server.start();
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
  });

  it("an empty server says how to publish, with its own addresses", async () => {
    const page = await openPage(browser, server.origin);
    const empty = page.getByTestId("empty");
    await empty.waitFor();
    assert.equal(await empty.getByLabel("Address", { exact: true }).inputValue(), server.rtmp("live/alpha"));
    assert.match(await empty.textContent(), /own machine only/);
    await empty.getByLabel("Stream name").fill("rescue/two");
    await empty.getByRole("tab", { name: "OBS Studio" }).click();
    assert.equal(await empty.getByLabel("Server", { exact: true }).inputValue(), server.rtmp("rescue"));
    assert.equal(await empty.getByLabel("Stream key", { exact: true }).inputValue(), "two");
    await empty.getByRole("tab", { name: "ffmpeg" }).click();
    assert.ok((await empty.getByLabel("Or sends a test picture:", { exact: true }).inputValue()).endsWith(server.rtmp("rescue/two")));
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("an unknown stream says so, and how to publish under its name", async () => {
    const page = await openPage(browser, `${server.origin}/watch/live/nobody`);
    await page.getByText("No stream is called live/nobody").waitFor();
    assert.equal(await page.getByLabel("Address", { exact: true }).last().inputValue(), server.rtmp("live/nobody"));
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("the language follows the browser, can be switched, and is remembered", async () => {
    const page = await openPage(browser, server.origin, { locale: "ko-KR" });
    await page.getByRole("heading", { name: "실시간 스트림" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "ko");
    await page.getByRole("radio", { name: "English" }).check({ force: true });
    await page.getByRole("heading", { name: "Live streams" }).waitFor();
    await page.reload();
    await page.getByRole("heading", { name: "Live streams" }).waitFor();
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    await page.context().close();
  });

  it("the theme follows the system, can be switched, and is remembered", async () => {
    const page = await openPage(browser, server.origin, { colorScheme: "light" });
    const theme = () => page.locator("html").getAttribute("data-theme");
    const ground = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    await page.getByRole("heading", { name: "Live streams" }).waitFor();
    assert.equal(await theme(), "light");
    const light = await ground();
    await page.getByRole("radio", { name: "Dark" }).check({ force: true });
    assert.equal(await theme(), "dark");
    assert.notEqual(await ground(), light);
    await page.reload();
    assert.equal(await theme(), "dark");
    await page.getByRole("radio", { name: "As the system" }).check({ force: true });
    await page.emulateMedia({ colorScheme: "light" });
    await page.waitForFunction(() => document.documentElement.dataset.theme === "light");
    await page.context().close();
  });

  it("fits a phone without sideways scrolling, in both languages", async () => {
    for (const locale of ["ko-KR", "en-US"]) {
      const page = await openPage(browser, server.origin, { locale, viewport: { width: 390, height: 844 } });
      await page.getByTestId("empty").waitFor();
      assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, locale);
      await page.context().close();
    }
  });

  it("the way to publish is one key away: the dialog opens, holds the focus and closes with Escape", async () => {
    const page = await openPage(browser, server.origin);
    await page.getByRole("button", { name: "Send video" }).press("Enter");
    const dialog = page.getByRole("dialog", { name: "Send video to this server" });
    await dialog.waitFor();
    assert.ok(await dialog.evaluate((element) => element.contains(document.activeElement)));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    await page.context().close();
  });

  it("text files of the build are served precompressed", async () => {
    const html = await (await fetch(server.origin)).text();
    const script = html.match(/\/assets\/[^"]+\.js/)[0];
    const response = await fetch(server.origin + script, { headers: { "accept-encoding": "br" } });
    assert.equal(response.headers.get("content-encoding"), "br");
    assert.ok((await response.text()).length > 1000);
  });
});
