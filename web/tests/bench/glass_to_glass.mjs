#!/usr/bin/env node
// Glass to glass: from the instant that the demo flight draws a frame to the instant that headless Chromium shows it,
// read from the time code in the pixels of each frame that is presented.
//
//   node tests/bench/glass_to_glass.mjs [--via whep|ll-hls|http-flv] [--fps 30] [--seconds 60] [--origin http://...] [--json]
//
// Prints median, p99 and the worst, the frames that were missed, and where the time went:
//   encoder          drawing, encoding and leaving the server, measured first and without a browser (encoder_share.mjs)
//   to_the_browser   from the drawing until the frame's last packet was in the browser: the encoder's share, the
//                    server's and the loopback's (WHEP only)
//   in_the_browser   from there until the frame was due on the screen: jitter buffer, decoder, compositor (WHEP only)
// The server's share is what is left of the second after the first; eyas-bench measures it by itself.
import { parseArgs } from "node:util";
import { openBrowser, openPage, untilMoving } from "../harness/browser.mjs";
import { Server, until } from "../harness/server.mjs";
import { readTimeCode, recordTimeCodes } from "../harness/time_code.mjs";
import { encoderShare } from "./encoder_share.mjs";

const { values: options } = parseArgs({
  options: {
    via: { type: "string", default: "whep" },
    fps: { type: "string", default: "30" },
    seconds: { type: "string", default: "60" },
    size: { type: "string", default: "1920x1080" },
    origin: { type: "string" },
    settle: { type: "string", default: "5" },
    json: { type: "boolean", default: false },
  },
});

/** Small, because this browser paints with the processor that also encodes, serves and decodes. */
const kViewport = { width: 640, height: 480 };

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

function summary(values) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const round = (value) => Math.round(value * 10) / 10;
  return { median: round(at(sorted, 0.5)), p99: round(at(sorted, 0.99)), worst: round(sorted[sorted.length - 1]) };
}

function report(looks, seconds, encoder) {
  const read = looks.map((look) => ({ ...look, time: readTimeCode(look.cells) })).filter((look) => look.time !== null);
  const freezes = read.slice(1).map((look, i) => look.shown - read[i].shown);
  return {
    via: options.via,
    fps: Number(options.fps),
    seconds,
    frames: looks.length,
    unreadable: looks.length - read.length,
    presented_fps: Math.round((looks.length / seconds) * 10) / 10,
    glass_to_glass_ms: summary(read.map((look) => look.shown - look.time)),
    encoder_ms: summary(encoder),
    to_the_browser_ms: summary(read.map((look) => look.received - look.time)),
    in_the_browser_ms: summary(read.map((look) => look.shown - look.received)),
    longest_freeze_ms: summary(freezes)?.worst ?? null,
  };
}

const [width, height] = options.size.split("x");
const server = options.origin
  ? null
  : await Server.start("demo", { "demo.frame_rate": options.fps, "demo.width": width, "demo.height": height });
const origin = options.origin ?? server.origin;
const closing = [];
try {
  await until("the demo is on air", async () => (await (await fetch(`${origin}/api/v1/streams/live/demo`)).json()).state === "live", 30_000);
  const size = { width: Number(width), height: Number(height) };
  const encoder = await encoderShare(`${origin}/live/demo.flv`, size, Number(options.seconds) * 250);
  const browser = await openBrowser();
  closing.push(() => browser.close());
  const page = await openPage(browser, `${origin}/watch/live/demo?via=${options.via}`, { viewport: kViewport });
  await untilMoving(page, 30, 40_000);
  await new Promise((resolve) => setTimeout(resolve, Number(options.settle) * 1000));
  const looks = await recordTimeCodes(page, Number(options.seconds) * 1000);
  const result = report(looks, Number(options.seconds), encoder);
  if (options.json) console.log(JSON.stringify(result));
  else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(20)} ${typeof value === "object" ? JSON.stringify(value) : value}`);
} finally {
  for (const close of closing) await close();
  await server?.stop();
}
