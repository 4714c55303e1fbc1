/** Samples kept; with one each half minute this forgets a clock step within four minutes. */
const kSamples = 8;

/**
 * The server's clock as this browser sees it, after NTP's idea: of the recent exchanges the one with the shortest
 * round trip tells the offset best, and its error is at most half that round trip.
 */
export class ServerClock {
  private samples: { offsetMs: number; roundTripMs: number }[] = [];

  constructor(private readonly localNow: () => number = Date.now) {}

  /** @param serverMs the server's time in its answer; @param roundTripMs from question to answer, now. */
  sample(serverMs: number, roundTripMs: number): void {
    if (!Number.isFinite(serverMs) || roundTripMs < 0) return;
    this.samples.push({ offsetMs: serverMs + roundTripMs / 2 - this.localNow(), roundTripMs });
    if (this.samples.length > kSamples) this.samples.shift();
  }

  /** Milliseconds to add to the local clock; 0 until the first sample. */
  offsetMs(): number {
    if (this.samples.length === 0) return 0;
    return this.samples.reduce((best, one) => (one.roundTripMs < best.roundTripMs ? one : best)).offsetMs;
  }

  now(): number {
    return this.localNow() + this.offsetMs();
  }
}

export const serverClock = new ServerClock();
