// Chromium for tests/interop/browser.py: takes one JSON command a line, gives one JSON answer a line.
//   {"open": url}                         a fresh page with `scripts` loaded
//   {"run": "name", "arguments": [...]}   calls window.name(...) in the page
import { createInterface } from "node:readline";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const [webRoot, executablePath, ...scripts] = process.argv.slice(2);
const { chromium } = createRequire(`${webRoot}/package.json`)("playwright-core");
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
  // Candidates with numbers: there is nobody on a test machine who resolves mDNS names.
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

const browser = await chromium.launch({ executablePath, args: kArguments });
let page;

async function perform(command) {
  if (command.open) {
    page = await (await browser.newContext()).newPage();
    page.on("pageerror", (error) => console.error(`page: ${error.message}`));
    await page.goto(command.open);
    for (const script of scripts) await page.addScriptTag({ content: readFileSync(script, "utf8") });
    return true;
  }
  return page.evaluate(([name, values]) => window[name](...values), [command.run, command.arguments ?? []]);
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = { value: await perform(JSON.parse(line)) };
  } catch (error) {
    answer = { error: error.message };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
