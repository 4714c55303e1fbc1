/** Samples kept; with one each half minute this forgets a clock step within four minutes. */
const kSamples = 8;

/** Bounds kept; with one each second this forgets a clock step within a minute. */
const kBounds = 60;

/**
 * The server's clock as this browser sees it, after NTP's idea: of the recent exchanges the one with the shortest
 * round trip tells the offset best, and its error is at most half that round trip. What the server says unasked was
 * already past when it came, which bounds the offset from below; on a quiet network that bound is nearly the truth.
 */
export class ServerClock {
  private samples: { offsetMs: number; roundTripMs: number }[] = [];
  private bounds: number[] = [];

  constructor(private readonly localNow: () => number = Date.now) {}

  /** @param serverMs the server's time in its answer; @param roundTripMs from question to answer, now. */
  sample(serverMs: number, roundTripMs: number): void {
    if (!Number.isFinite(serverMs) || roundTripMs < 0) return;
    this.samples.push({ offsetMs: serverMs + roundTripMs / 2 - this.localNow(), roundTripMs });
    if (this.samples.length > kSamples) this.samples.shift();
  }

  /** @param serverMs the server's time when it said something unasked that arrives now. */
  heard(serverMs: number): void {
    if (!Number.isFinite(serverMs)) return;
    this.bounds.push(serverMs - this.localNow());
    if (this.bounds.length > kBounds) this.bounds.shift();
  }

  /** Milliseconds to add to the local clock; 0 until the first sample. */
  offsetMs(): number {
    const atLeast = Math.max(...this.bounds);
    if (this.samples.length === 0) return this.bounds.length > 0 ? atLeast : 0;
    const best = this.samples.reduce((best, one) => (one.roundTripMs < best.roundTripMs ? one : best));
    return Math.max(best.offsetMs, atLeast);
  }

  now(): number {
    return this.localNow() + this.offsetMs();
  }
}

export const serverClock = new ServerClock();
