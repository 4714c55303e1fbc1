import { expect, it } from "vitest";
import type { ServerInfo } from "./contract";
import { isLoopback, isStreamName, otherAddresses, publishAddress, splitListen } from "./publish_addresses";

const info = (rtmp: string, rtmps = "", others: Partial<ServerInfo["listen"]> = {}): ServerInfo => ({
  version: "0.1.0",
  demo: false,
  started: "",
  now: "",
  listen: { http: "", https: "", rtmp, rtmps, rtsp: "", rtsps: "", srt: "", webrtc: "", ...others },
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

it("names RTSP and SRT where they are on", () => {
  expect(otherAddresses(info("", "", { rtsp: "0.0.0.0:8554", srt: "0.0.0.0:8890" }), "h", "live/a")).toEqual({
    rtsp: "rtsp://h:8554/live/a",
    srtPublish: "srt://h:8890?streamid=publish:live/a",
    srtRead: "srt://h:8890?streamid=read:live/a",
  });
  expect(otherAddresses(info("", "", { rtsps: "[::]:322" }), "h", "live/a")).toEqual({ rtsp: "rtsps://h/live/a", srtPublish: null, srtRead: null });
  expect(otherAddresses(undefined, "h", "live/a").rtsp).toBeNull();
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
