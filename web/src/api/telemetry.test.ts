import { expect, it } from "vitest";
import { readLine, TelemetryTrack } from "./telemetry";

const kStartMs = Date.parse("2026-11-21T20:00:00.000Z");
const line = (ms: number, data: unknown, clock = "capture") => JSON.stringify({ track: 3, pts_ms: ms, [clock]: new Date(kStartMs + ms).toISOString(), data });

it("reads what it knows, by the time of capture or else of arrival", () => {
  expect(readLine(line(5, { lat: 37.5, lon: 127, battery_pct: 80, camera: "x", heading: "north" }))).toEqual({
    atMs: kStartMs + 5,
    telemetry: { lat: 37.5, lon: 127, battery_pct: 80 },
  });
  expect(readLine(line(7, { alt_m: 100 }, "arrival"))?.atMs).toBe(kStartMs + 7);
});

it("is not misled by other lines", () => {
  for (const other of ["", "{", "null", line(0, null), line(0, "text"), line(0, { name: "x" }), '{"base64":"AA=="}', '{"data":{"lat":1}}', undefined])
    expect(readLine(other)).toBeNull();
});

it("gives each picture its own telemetry", () => {
  const track = new TelemetryTrack();
  expect(track.at(kStartMs)).toBeNull();
  for (let ms = 0; ms <= 3000; ms += 100) track.take(line(ms, { alt_m: ms }));
  expect(track.at(kStartMs + 1250)).toEqual({ alt_m: 1200 });
  expect(track.at(kStartMs + 9000)).toBeNull();
  expect(track.at(kStartMs - 50)).toEqual({ alt_m: 0 });
  expect(track.at(null)).toEqual({ alt_m: 3000 });
});

it("keeps no more than it needs", () => {
  const track = new TelemetryTrack();
  for (let ms = 0; ms < 100_000; ms += 100) track.take(line(ms, { alt_m: ms }));
  expect(track.at(kStartMs + 10_000)).toBeNull();
  expect(track.at(kStartMs + 99_900)).toEqual({ alt_m: 99_900 });
});
