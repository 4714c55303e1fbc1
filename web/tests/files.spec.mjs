import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { openBrowser, openPage } from "./harness/browser.mjs";
import { Server } from "./harness/server.mjs";

/** A film of so many seconds. */
function film(file, seconds) {
  const picture = ["-f", "lavfi", "-i", `testsrc2=size=320x180:rate=25:duration=${seconds}`, "-c:v", "libx264", "-preset", "ultrafast", "-g", "25", "-pix_fmt", "yuv420p"];
  execFileSync("ffmpeg", ["-nostdin", "-loglevel", "error", "-y", ...picture, file]);
}

describe("files", () => {
  let folder;
  let server;
  let browser;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "eyas-films-"));
    film(join(folder, "one.mp4"), 60);
    film(join(folder, "two.mp4"), 60);
    writeFileSync(join(folder, "zero.mp4"), "this is no film");
    const playlists = JSON.stringify([{ name: "tv/archive" }]);
    server = await Server.start("serve", { "sources.files_root": folder, "sources.files": playlists, "sources.upload": true });
    browser = await openBrowser();
  });
  after(async () => {
    await browser?.close();
    await server?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it("what plays is seen, skipped, moved and taken out", async () => {
    const page = await openPage(browser, `${server.origin}/sources`);
    const row = page.getByTestId("file-row");
    await row.getByText("one.mp4").waitFor();
    await row.getByText("Playing").waitFor();
    await row.getByRole("progressbar").waitFor();
    await row.getByRole("button", { name: "Skip to the next file" }).click();
    await row.getByTestId("file-now").getByText("two.mp4").waitFor();
    await row.getByRole("button", { name: /^Queue/ }).click();
    await row.getByRole("button", { name: "Play one.mp4 now" }).click();
    await row.getByTestId("file-now").getByText("one.mp4").waitFor();
    await row.getByRole("button", { name: "Move two.mp4 up" }).click();
    await row.getByTestId("file-entry").first().getByText("two.mp4").waitFor();
    await row.getByRole("button", { name: "Take zero.mp4 out of the queue" }).click();
    await row.getByTestId("file-entry").filter({ hasText: "zero.mp4" }).waitFor({ state: "detached" });
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("a file is uploaded and queued, and one of that name is refused", async () => {
    const page = await openPage(browser, `${server.origin}/sources`);
    const source = join(folder, ".source.mp4");
    film(source, 3);
    const file = { name: "flight 3.mp4", mimeType: "video/mp4", buffer: readFileSync(source) };
    await page.getByLabel("Upload a file").setInputFiles(file);
    await page.getByText("flight 3.mp4 is on the server.").waitFor();
    assert.ok(existsSync(join(folder, "flight 3.mp4")));
    await page.getByLabel("Upload a file").setInputFiles(file);
    await page.getByTestId("upload").getByText(/there is such a file already/).waitFor();
    const row = page.getByTestId("file-row");
    await row.getByRole("button", { name: /^Queue/ }).click();
    await row.getByLabel("Add to the queue").selectOption("flight 3.mp4");
    await row.getByRole("button", { name: "Add", exact: true }).click();
    await row.getByTestId("file-entry").filter({ hasText: "flight 3.mp4" }).first().waitFor();
    await page.context().close();
  });

  it("fits a phone without sideways scrolling, in both languages and themes", async () => {
    for (const [locale, colorScheme] of [["ko-KR", "dark"], ["en-US", "light"]]) {
      for (const viewport of [{ width: 390, height: 844 }, { width: 1440, height: 900 }]) {
        const page = await openPage(browser, `${server.origin}/sources`, { locale, colorScheme, viewport });
        const row = page.getByTestId("file-row");
        await row.getByRole("button", { name: /^(Queue|대기열)/ }).click();
        await row.getByTestId("file-queue").waitFor();
        assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)) <= 0, locale);
        if (process.env.PICTURES) await page.screenshot({ path: join(process.env.PICTURES, `files_${locale}_${viewport.width}.png`), fullPage: true });
        await page.context().close();
      }
    }
  });
});
