import { expect, it } from "vitest";
import { verdictOf } from "./flv_transport";

it("tells of mpegts.js's errors what they mean", () => {
  expect(verdictOf("CodecUnsupported", undefined)).toEqual({ why: "codec" });
  expect(verdictOf("HttpStatusCodeInvalid", 404)).toEqual({ reason: "not_found" });
  expect(verdictOf("HttpStatusCodeInvalid", 503)).toEqual({ reason: "network" });
  expect(verdictOf("ConnectingTimeout", undefined)).toEqual({ reason: "network" });
  expect(verdictOf("MediaMSEError", undefined)).toEqual({ reason: "media" });
  expect(verdictOf("FormatError", undefined)).toEqual({ reason: "media" });
});
