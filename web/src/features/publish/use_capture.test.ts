import { expect, it } from "vitest";
import { failureOf } from "./use_capture";

it("tells why there is no camera", () => {
  const named = (name: string) => failureOf(new DOMException("", name));
  expect(["NotAllowedError", "NotFoundError", "OverconstrainedError", "NotReadableError", "TypeError"].map(named)).toEqual(["denied", "no_device", "no_device", "device_busy", "unknown"]);
  expect(failureOf(new TypeError())).toBe("unknown");
});
