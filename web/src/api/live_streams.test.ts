import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveStreams, type SocketLike } from "./live_streams";

class FakeSocket implements SocketLike {
  onopen = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: (() => void) | null = null;
  closed = false;
  close() {
    this.closed = true;
  }
  say(streams: unknown) {
    this.onmessage?.({ data: JSON.stringify({ type: "streams", streams, now: "2026-01-01T00:00:00.000Z" }) });
  }
}

let sockets: FakeSocket[];
let store: LiveStreams;
const last = () => sockets[sockets.length - 1]!;

beforeEach(() => {
  vi.useFakeTimers();
  sockets = [];
  store = new LiveStreams(() => {
    sockets.push(new FakeSocket());
    return last();
  });
});
afterEach(() => {
  vi.useRealTimers();
});

it("does not connect until somebody listens, and hangs up after the last one left", () => {
  expect(sockets).toHaveLength(0);
  const leave = store.subscribe(() => {});
  expect(sockets).toHaveLength(1);
  leave();
  expect(last().closed).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(sockets).toHaveLength(1);
});

it("tells an empty list from an unknown one", () => {
  store.subscribe(() => {});
  expect(store.getSnapshot().streams).toBeNull();
  last().say([]);
  expect(store.getSnapshot()).toEqual({ streams: [], connected: true });
});

it("keeps the last list while the line is down, and comes back with growing pauses", () => {
  const heard = vi.fn();
  store.subscribe(heard);
  last().say([{ name: "live/alpha" }]);
  last().onclose?.();
  expect(store.getSnapshot().connected).toBe(false);
  expect(store.getSnapshot().streams).toHaveLength(1);
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  last().onclose?.();
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(3);
  last().say([]);
  expect(store.getSnapshot().connected).toBe(true);
  expect(heard).toHaveBeenCalledTimes(3);
});

it("hangs up on a silent socket", () => {
  store.subscribe(() => {});
  last().say([]);
  vi.advanceTimersByTime(6000);
  expect(sockets[0]!.closed).toBe(true);
  expect(store.getSnapshot().connected).toBe(false);
  vi.advanceTimersByTime(500);
  expect(sockets).toHaveLength(2);
});

it("never gives up", () => {
  store.subscribe(() => {});
  for (let i = 0; i < 40; ++i) {
    last().onclose?.();
    vi.advanceTimersByTime(10_000);
  }
  expect(sockets.length).toBeGreaterThan(40);
});

it("ignores what is not a list", () => {
  store.subscribe(() => {});
  last().onmessage?.({ data: "not json" });
  last().onmessage?.({ data: '{"type":"other"}' });
  last().onmessage?.({ data: new ArrayBuffer(2) });
  expect(store.getSnapshot().streams).toBeNull();
});
