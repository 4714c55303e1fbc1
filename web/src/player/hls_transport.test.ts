import { expect, it } from "vitest";
import { reasonOf } from "./hls_transport";

it("tells a stream that is not there from a line that is down", () => {
  const type = "networkError" as never;
  expect(reasonOf({ type, details: "manifestLoadError" as never, response: { code: 404 } })).toBe("not_found");
  expect(reasonOf({ type, details: "levelLoadError" as never, response: { code: 503 } })).toBe("network");
  expect(reasonOf({ type, details: "fragLoadTimeOut" as never })).toBe("network");
});

it("tells a codec that the browser lacks from broken media", () => {
  const type = "mediaError" as never;
  expect(reasonOf({ type, details: "manifestIncompatibleCodecsError" as never })).toBe("codec");
  expect(reasonOf({ type, details: "bufferAddCodecError" as never })).toBe("codec");
  expect(reasonOf({ type, details: "bufferAppendError" as never })).toBe("media");
});
