import { expect, it } from "vitest";
import type { ServerInfo } from "./contract";
import { isLoopback, isStreamName, publishAddress, splitListen } from "./publish_addresses";

const info = (rtmp: string, rtmps = ""): ServerInfo => ({
  version: "0.1.0",
  demo: false,
  started: "",
  now: "",
  listen: { http: "", https: "", rtmp, rtmps, webrtc: "" },
});

it("splits listeners, IPv6 too", () => {
  expect(splitListen("127.0.0.1:1935")).toEqual({ host: "127.0.0.1", port: "1935" });
  expect(splitListen("[::1]:80")).toEqual({ host: "::1", port: "80" });
  expect(splitListen("")).toBeNull();
});

it("leaves the usual port out and writes any other", () => {
  expect(publishAddress(info("0.0.0.0:1935"), "cam.example", "live/a")?.url).toBe("rtmp://cam.example/live/a");
  expect(publishAddress(info("0.0.0.0:2000"), "cam.example", "live/a")?.url).toBe("rtmp://cam.example:2000/live/a");
});

it("gives OBS the server and the key apart", () => {
  const address = publishAddress(info("0.0.0.0:1935"), "h", "live/alpha");
  expect(address).toMatchObject({ server: "rtmp://h/live", key: "alpha" });
});

it("offers RTMPS when it is the only one, and nothing when both are off", () => {
  expect(publishAddress(info("", "0.0.0.0:443"), "h", "live/a")?.url).toBe("rtmps://h/live/a");
  expect(publishAddress(info(""), "h", "live/a")).toBeNull();
});

it("knows when only this machine is reached", () => {
  expect(publishAddress(info("127.0.0.1:1935"), "h", "live/a")?.loopbackOnly).toBe(true);
  expect(publishAddress(info("0.0.0.0:1935"), "h", "live/a")?.loopbackOnly).toBe(false);
  expect([isLoopback("localhost"), isLoopback("::1"), isLoopback("10.0.0.1")]).toEqual([true, true, false]);
});

it("takes the names that the server takes", () => {
  for (const good of ["live/alpha", "a/b", "live/M-30_t.1"]) expect(isStreamName(good), good).toBe(true);
  for (const bad of ["live", "live/", "/a", "live/.a", "a/b/c", "live/a b", `live/${"x".repeat(130)}`]) {
    expect(isStreamName(bad), bad).toBe(false);
  }
});
