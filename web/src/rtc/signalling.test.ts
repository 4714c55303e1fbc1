import { afterEach, expect, it, vi } from "vitest";
import { deleteSession, iceServersFromLink, postOffer, Refusal } from "./signalling";

afterEach(() => vi.unstubAllGlobals());

function answering(status: number, body: string, headers: Record<string, string> = {}) {
  const fetch = vi.fn<(url: string, init: RequestInit) => Promise<Response>>(async () => new Response(body, { status, headers }));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

it("posts the offer and reads answer, session and servers", async () => {
  const fetch = answering(201, "v=0 answer", { location: "/live/alpha/whep/7f3a", link: '<stun:s.example:3478>; rel="ice-server"' });
  const answer = await postOffer("http://host/live/alpha/whep", "v=0 offer", new AbortController().signal);
  expect(fetch.mock.calls[0]![1]).toMatchObject({ method: "POST", body: "v=0 offer", headers: { "content-type": "application/sdp" } });
  expect(answer).toEqual({ sdp: "v=0 answer", location: "http://host/live/alpha/whep/7f3a", iceServers: [{ urls: "stun:s.example:3478" }] });
});

it("gives a refusal in the server's words, or in a proxy's", async () => {
  answering(409, '{"error":{"code":"conflict","message":"live/alpha is taken"}}');
  const signal = new AbortController().signal;
  await expect(postOffer("http://host/x", "", signal)).rejects.toEqual(new Refusal(409, "live/alpha is taken"));
  answering(502, "Bad Gateway");
  await expect(postOffer("http://host/x", "", signal)).rejects.toEqual(new Refusal(502, "Bad Gateway"));
});

it("ends a session in a way that outlives the page", () => {
  const fetch = answering(200, "");
  deleteSession("http://host/live/alpha/whep/7f3a");
  deleteSession("");
  expect(fetch.mock.calls).toEqual([["http://host/live/alpha/whep/7f3a", { method: "DELETE", keepalive: true }]]);
});

it("reads ICE servers out of Link headers, and nothing else", () => {
  const header =
    '<stun:stun.example.net>; rel="ice-server", ' +
    '<turn:turn.example.net?transport=udp>; rel="ice-server"; username="1700:a,b"; credential="say \\"x\\""; credential-type="password", ' +
    "<https://example.net/layers>; rel=next, <javascript:alert(1)>; rel=ice-server";
  expect(iceServersFromLink(header)).toEqual([
    { urls: "stun:stun.example.net" },
    { urls: "turn:turn.example.net?transport=udp", username: "1700:a,b", credential: 'say "x"' },
  ]);
  expect(iceServersFromLink(null)).toEqual([]);
});
