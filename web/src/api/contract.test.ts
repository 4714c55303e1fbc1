import { expect, test } from "vitest";
import { viewerCount, viewersByProtocol, type StreamFacts } from "./contract";

test("those who watch are counted, not those who look at a stream for them", () => {
  const by_protocol = { webrtc: 2, hls: 1, hls_packager: 1, worker: 3, data: 2 };
  const stream = { readers: { total: 9, by_protocol } } as unknown as StreamFacts;
  expect(viewerCount(stream)).toBe(3);
  expect(viewersByProtocol(stream)).toEqual([
    ["webrtc", 2],
    ["hls", 1],
  ]);
});
