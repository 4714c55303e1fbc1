import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { RtcSession } from "./session";

/** As much of a peer connection as a session uses. */
class FakePeer extends EventTarget {
  connectionState = "new";
  remoteDescription: { sdp: string } | null = null;
  locals: string[] = [];
  closed = false;
  createOffer = async ({ iceRestart = false } = {}) => ({
    type: "offer",
    sdp: `v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\na=ice-ufrag:${iceRestart ? "new1" : "old1"}\r\na=ice-pwd:ours\r\n`,
  });
  setLocalDescription = async ({ sdp }: { sdp: string }) => void this.locals.push(sdp);
  setRemoteDescription = async (description: { sdp: string }) => void (this.remoteDescription = description);
  close = () => void (this.closed = true);
  become(state: string): void {
    this.connectionState = state;
    this.dispatchEvent(new Event("connectionstatechange"));
  }
}

const kAnswer = "v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=ice-ufrag:srv1\r\na=ice-pwd:first\r\na=recvonly\r\n";
const kFragment = "a=ice-ufrag:srv2\r\na=ice-pwd:second\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n";

let peer: FakePeer;
let patches: RequestInit[];
let patchStatus: number;
const lost = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("window", new EventTarget());
  vi.stubGlobal("RTCPeerConnection", function () {
    return (peer = new FakePeer());
  });
  [patches, patchStatus] = [[], 200];
  lost.mockClear();
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    if (init.method === "PATCH") patches.push(init);
    const body = init.method === "POST" ? kAnswer : kFragment;
    return new Response(body, { status: init.method === "POST" ? 201 : patchStatus, headers: { location: "http://host/live/a/whep/7f" } });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function connected(): Promise<RtcSession> {
  const session = new RtcSession({ url: "http://host/live/a/whep" }, { connected: () => undefined, lost });
  await session.open();
  peer.become("connected");
  return session;
}

it("restarts ICE in place when its path is lost, and goes on", async () => {
  await connected();
  peer.become("disconnected");
  await vi.advanceTimersByTimeAsync(2500);
  expect(patches).toHaveLength(1);
  expect(patches[0]).toMatchObject({ headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" } });
  expect(patches[0]!.body).toBe("a=ice-ufrag:new1\r\na=ice-pwd:ours\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:0\r\n");
  expect(peer.remoteDescription!.sdp).toBe(kAnswer.replace("srv1", "srv2").replace("first", "second"));
  peer.become("connected");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(lost).not.toHaveBeenCalled();
  expect(peer.closed).toBe(false);
});

it("is lost when a restart leads nowhere, and when the server does not know it any more", async () => {
  await connected();
  peer.become("failed");
  await vi.advanceTimersByTimeAsync(5500);
  expect(patches).toHaveLength(1);
  expect(lost).toHaveBeenCalledExactlyOnceWith(true);
  lost.mockClear();
  patchStatus = 404;
  await connected();
  peer.become("failed");
  await vi.advanceTimersByTimeAsync(100);
  expect(lost).toHaveBeenCalledExactlyOnceWith(true);
});

it("tries no restart for a path that never stood", async () => {
  const session = new RtcSession({ url: "http://host/live/a/whep" }, { connected: () => undefined, lost });
  await session.open();
  await vi.advanceTimersByTimeAsync(6000);
  expect(patches).toHaveLength(0);
  expect(lost).toHaveBeenCalledExactlyOnceWith(false);
});

it("looks for another path as soon as the machine is on another network", async () => {
  const session = await connected();
  window.dispatchEvent(new Event("online"));
  await vi.advanceTimersByTimeAsync(100);
  expect(patches).toHaveLength(1);
  expect(lost).not.toHaveBeenCalled();
  session.close();
  window.dispatchEvent(new Event("online"));
  expect(patches).toHaveLength(1);
});
