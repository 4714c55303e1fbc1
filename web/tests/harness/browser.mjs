import { chromium } from "playwright-core";
import { until } from "./server.mjs";

const kArguments = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--autoplay-policy=no-user-gesture-required",
];

/** A test picture and a beep in the place of camera and microphone. */
export const kFakeDevice = "--use-fake-device-for-media-stream";
/** As if a person had allowed the camera, or chosen a screen. */
export const kFakeConsent = "--use-fake-ui-for-media-stream";

export function openBrowser(...more) {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: [...kArguments, ...more] });
}

/** A page in a fresh profile. What goes wrong inside it is kept in `page.complaints`. */
export async function openPage(browser, url, { locale = "en-US", colorScheme = "dark", viewport = { width: 1440, height: 900 } } = {}) {
  const context = await browser.newContext({ locale, colorScheme, viewport });
  const page = await context.newPage();
  page.complaints = [];
  page.on("pageerror", (error) => page.complaints.push(error.message));
  page.on("console", (message) => /Content Security Policy/.test(message.text()) && page.complaints.push(message.text()));
  await page.addInitScript(() => (window.pageLoads = Date.now()));
  await page.goto(url);
  return page;
}

export function picture(page) {
  return page.evaluate(() => {
    const video = document.querySelector("video");
    const overlay = document.querySelector("[data-testid=overlay]");
    return {
      state: video?.dataset.state,
      frames: video?.getVideoPlaybackQuality().totalVideoFrames ?? 0,
      time: video?.currentTime ?? 0,
      width: video?.videoWidth ?? 0,
      overlay: overlay?.textContent ?? "",
      latencyMs: Number(document.querySelector("[data-testid=latency]")?.dataset.latencyMs || NaN),
    };
  });
}

/** Waits until the picture has moved on by `frames` decoded frames and is said to play; gives what was seen. */
export async function untilMoving(page, frames = 20, withinMs = 25_000) {
  const before = await picture(page);
  return until(
    `${frames} more decoded frames`,
    async () => {
      const now = await picture(page);
      if (now.state === "playing" && now.frames - before.frames >= frames) return now;
      throw new Error(JSON.stringify(now));
    },
    withinMs,
  );
}

/** Counts from now on how often the page and its media element are loaded again. */
export async function countLoads(page) {
  const loadedAt = await page.evaluate(() => {
    window.elementLoads = 0;
    document.querySelector("video").addEventListener("loadstart", () => ++window.elementLoads);
    return window.pageLoads;
  });
  return async () => {
    const now = await page.evaluate(() => ({ at: window.pageLoads, element: window.elementLoads ?? 0 }));
    return { page: now.at === loadedAt ? 0 : 1, element: now.element };
  };
}
