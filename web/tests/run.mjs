#!/usr/bin/env node
// Runs the browser tests against the real server, and writes build/results/web.json, one entry per test.
// Usage: node tests/run.mjs [part of a file's name ...]
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { run } from "node:test";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const results = join(here, "../../build/results/web.json");
const parts = process.argv.slice(2);
const files = readdirSync(here)
  .filter((name) => name.endsWith(".spec.mjs") && (parts.length === 0 || parts.some((part) => name.includes(part))))
  .sort()
  .map((name) => join(here, name));

const entries = [];

function record(event, status, detail) {
  // A file and a group of tests are reported too; only tests count, unless a group failed by itself (its server, say).
  const group = event.details?.type === "suite" || files.includes(event.name);
  if (group && (status !== "failed" || entries.some((entry) => entry.status === "failed"))) return;
  entries.push({ name: event.name, file: basename(event.file ?? event.name), status, detail: detail.trim() });
  console.log(`${status.padEnd(7)} ${event.name}${detail ? `: ${detail.trim()}` : ""}`);
}

const stream = run({ files, concurrency: 1, timeout: 300_000 });
stream.on("test:diagnostic", (event) => {
  if (event.nesting > 0) console.log(`        ${event.message}`);
});
stream.on("test:pass", (event) => {
  const skipped = event.skip !== undefined;
  record(event, skipped ? "skipped" : "passed", skipped ? String(event.skip) : "");
});
stream.on("test:fail", (event) => {
  const error = event.details.error;
  record(event, "failed", String(error?.cause?.message ?? error?.cause ?? error?.message ?? error).slice(0, 800));
});
stream.on("end", () => {
  mkdirSync(dirname(results), { recursive: true });
  writeFileSync(results, `${JSON.stringify(entries, null, 2)}\n`);
  const count = (status) => entries.filter((entry) => entry.status === status).length;
  console.log(`${count("passed")} passed, ${count("failed")} failed, ${count("skipped")} skipped`);
  process.exitCode = count("failed") > 0 || entries.length === 0 ? 1 : 0;
});
stream.resume();
