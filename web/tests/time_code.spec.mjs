import assert from "node:assert/strict";
import { test } from "node:test";
import { crc8, kCells, readTimeCode } from "./harness/time_code.mjs";

function cellsOf(time) {
  const bits = time.toString(2).padStart(44, "0");
  const bytes = [5, 4, 3, 2, 1, 0].map((i) => Math.floor(time / 256 ** i) % 256);
  const all = `10${bits}${crc8(bytes).toString(2).padStart(8, "0")}`;
  return [...all].map((bit) => bit === "1");
}

test("time code: CRC-8 agrees with its published check value", () => {
  assert.equal(crc8(Buffer.from("123456789")), 0xf4);
});

test("time code: any single wrong cell is noticed", () => {
  const cells = cellsOf(1_795_000_123_456);
  assert.equal(readTimeCode(cells), 1_795_000_123_456);
  for (let i = 0; i < kCells; ++i) assert.equal(readTimeCode(cells.with(i, !cells[i])), null, `cell ${i}`);
});
