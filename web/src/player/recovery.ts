import type { FailureReason } from "./transport";

export type Step = "resume" | "reload";

const kFirstPauseMs = 500;
const kSlowestPauseMs = 8000;
/** A codec that this browser lacks does not appear by asking; but the publisher may change it. */
const kCodecPauseMs = 30_000;
/** Resumes tried before the media element itself is suspected. */
const kResumesBeforeReload = 2;
/** A publisher who comes back to a stream that was kept is given this long: his first pictures must become a segment. */
const kFirstPictureMs = 5000;
/** A second reload within one outage must be this far from the first: reloading costs the viewer his last picture. */
const kReloadAgainAfterMs = 30_000;
/** A buffer plays on for a while after loading failed; motion proves health only when no failure came this long. */
const kQuietMs = 3000;

/**
 * Decides what to do about an outage, and when. It never gives up: pauses grow to a bound and stay there.
 * A reload of the media element is the last resort, once per outage, and only while the server is reachable
 * and says that the stream is live; otherwise there is nothing to load.
 */
export class Recovery {
  private attempts = 0;
  private reloadedAtMs: number | null = null;
  private dueAtMs: number | null = null;
  private reason: FailureReason | null = null;
  private failedAtMs = Number.NEGATIVE_INFINITY;
  private patientUntilMs = Number.NEGATIVE_INFINITY;

  constructor(private readonly random: () => number = Math.random) {}

  failure(): { reason: FailureReason; attempt: number } | null {
    return this.reason ? { reason: this.reason, attempt: this.attempts } : null;
  }

  failed(reason: FailureReason, nowMs: number): void {
    this.reason = reason;
    this.failedAtMs = nowMs;
    this.dueAtMs ??= nowMs + this.pause(reason);
  }

  /** The picture moves. */
  moving(nowMs: number): void {
    if (this.reason && (this.reason === "stalled" || nowMs - this.failedAtMs >= kQuietMs)) this.reset();
  }

  reset(): void {
    this.attempts = 0;
    this.reloadedAtMs = null;
    this.dueAtMs = null;
    this.reason = null;
  }

  /**
   * The world changed (publisher back, network back): try now, as if it were the first time. What is loaded goes on
   * where the stream was `kept`; of one that was forgotten meanwhile nothing does.
   */
  hurry(nowMs: number, kept: boolean): void {
    this.attempts = 0;
    this.reloadedAtMs = null;
    this.patientUntilMs = kept ? nowMs + kFirstPictureMs : nowMs;
    if (this.reason) this.dueAtMs = nowMs;
  }

  /** What to do now; null when it is not time yet. */
  next(nowMs: number, streamIsLive: boolean): Step | null {
    if (this.dueAtMs === null || nowMs < this.dueAtMs || !this.reason) return null;
    const reason = this.reason;
    const step = this.choose(nowMs, streamIsLive, reason);
    this.attempts += 1;
    this.dueAtMs = nowMs + this.pause(reason);
    if (step === "reload") this.reloadedAtMs = nowMs;
    return step;
  }

  private choose(nowMs: number, streamIsLive: boolean, reason: FailureReason): Step {
    if (!streamIsLive || reason === "network") return "resume";
    const broken = reason === "media" || reason === "codec";
    if (!broken && (this.attempts < kResumesBeforeReload || nowMs < this.patientUntilMs)) return "resume";
    const again = this.reloadedAtMs === null || nowMs - this.reloadedAtMs >= kReloadAgainAfterMs;
    return again ? "reload" : "resume";
  }

  /** Spread, so that a thousand viewers of one dead server do not come back in one instant. */
  private pause(reason: FailureReason): number {
    if (reason === "codec") return kCodecPauseMs;
    const full = Math.min(kSlowestPauseMs, kFirstPauseMs * 2 ** Math.min(this.attempts, 10));
    return full * (0.75 + 0.25 * this.random());
  }
}
