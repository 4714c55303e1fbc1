import { bufferedAhead } from "./buffered";
import { Recovery } from "./recovery";
import { describeState, sameState, type PlayerState, type Presence } from "./state";
import type { FailureReason, Transport, TransportEvents, TransportFactory } from "./transport";

const kTickMs = 250;
/** A playhead that stands still this long is a stall that a viewer sees. */
const kStillMs = 1500;
/** Grace for a transport to begin before its silence counts as a stall. */
const kFirstPictureMs = 8000;
/** How far into newer media to land when the playhead stands before a hole. */
const kLandingS = 0.05;
/** Later than this behind the live position, one jump is kinder than a long chase. */
const kTooLateS = 6;

export interface PlayerFigures {
  state: PlayerState;
  transport: Transport["kind"] | null;
  captureTimeMs: number | null;
  bufferedS: number;
  droppedFrames: number;
  decodedFrames: number;
  reloads: number;
}

/**
 * Plays one stream in one media element, and never gives up. Knows no page: it is told what the server says of the
 * stream (presence), and tells in which state the picture is.
 */
export class Player {
  private readonly recovery = new Recovery();
  private readonly listeners = new Set<() => void>();
  private transport: Transport | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private presence: Presence = "unknown";
  private wanted = false;
  private everMoved = false;
  private lastTimeS = 0;
  private movedAtMs = Number.NEGATIVE_INFINITY;
  private startedAtMs = 0;
  private reloads = 0;
  private state: PlayerState = { kind: "idle" };
  private generation = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly open: TransportFactory,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): PlayerState => this.state;

  figures(): PlayerFigures {
    const quality = this.video.getVideoPlaybackQuality?.();
    return {
      state: this.state,
      transport: this.transport?.kind ?? null,
      captureTimeMs: this.transport?.captureTimeMs() ?? null,
      bufferedS: bufferedAhead(this.video),
      droppedFrames: quality?.droppedVideoFrames ?? 0,
      decodedFrames: quality?.totalVideoFrames ?? 0,
      reloads: this.reloads,
    };
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.startedAtMs = this.now();
    this.timer = setInterval(() => this.tick(), kTickMs);
    if (this.transport) this.toLiveEdge();
    else void this.openTransport();
    this.playElement();
    this.update();
  }

  /** Holds the picture; start() goes on at the live edge. */
  pause(): void {
    this.wanted = false;
    clearInterval(this.timer);
    this.recovery.reset();
    this.video.pause();
    this.update();
  }

  setPresence(presence: Presence): void {
    if (presence === this.presence) return;
    const cameBack = presence === "live" && this.presence !== "unknown";
    this.presence = presence;
    if (cameBack) this.hurry();
    this.update();
  }

  /** The world changed for the better (publisher, network or codec): try at once. */
  hurry(): void {
    this.recovery.hurry(this.now());
    this.startedAtMs = this.now();
  }

  destroy(): void {
    this.generation += 1;
    clearInterval(this.timer);
    this.transport?.stop();
    this.transport = null;
    this.wanted = false;
    this.listeners.clear();
  }

  private async openTransport(): Promise<void> {
    const generation = ++this.generation;
    const events: TransportEvents = {
      opened: () => this.playElement(),
      failed: (reason) => this.fail(reason),
    };
    try {
      const transport = await this.open(this.video, this.url, events);
      if (generation !== this.generation) return transport.stop();
      this.transport = transport;
      transport.start();
    } catch {
      if (generation === this.generation) this.fail("codec");
    }
  }

  private playElement(): void {
    if (!this.wanted) return;
    this.video.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
    });
  }

  private fail(reason: FailureReason): void {
    this.recovery.failed(reason, this.now());
    this.update();
  }

  private tick(): void {
    const now = this.now();
    this.observePlayhead(now);
    if (this.moving(now)) this.recovery.moving(now);
    else this.noticeStall(now);
    this.mend(now);
    this.update();
  }

  private observePlayhead(now: number): void {
    const time = this.video.currentTime;
    // Also backwards: a reloaded element may start at an earlier media time.
    if (time === this.lastTimeS || this.video.readyState < 2) return;
    this.lastTimeS = time;
    // The first sight of a playhead is a seek to the live edge, not motion.
    if (this.video.paused || this.video.seeking) return;
    this.movedAtMs = now;
    this.everMoved = true;
  }

  private moving(now: number): boolean {
    return now - this.movedAtMs < kStillMs;
  }

  private noticeStall(now: number): void {
    if (this.hopOverHole() || this.recovery.failure()) return;
    const patience = this.everMoved ? kStillMs : kFirstPictureMs;
    if (now - Math.max(this.startedAtMs, this.movedAtMs) >= patience) this.recovery.failed("stalled", now);
  }

  private mend(now: number): void {
    const step = this.recovery.next(now, this.presence === "live");
    if (!step) return;
    if (!this.transport) return void this.openTransport();
    if (step === "reload") this.reloads += 1;
    this.transport[step]();
    this.playElement();
  }

  /** Newer media is in the buffer behind a hole: the time that the publisher was away. */
  private hopOverHole(): boolean {
    const { buffered, currentTime, seeking } = this.video;
    if (seeking) return false;
    for (let i = 0; i < buffered.length; ++i) {
      if (buffered.start(i) <= currentTime) continue;
      this.video.currentTime = buffered.start(i) + kLandingS;
      this.playElement();
      return true;
    }
    return false;
  }

  private toLiveEdge(): void {
    const live = this.transport?.livePosition();
    if (live !== null && live !== undefined && live - this.video.currentTime > kTooLateS) this.video.currentTime = live;
    this.transport?.resume();
  }

  private update(): void {
    const next = describeState({
      wanted: this.wanted,
      presence: this.presence,
      moving: this.moving(this.now()),
      everMoved: this.everMoved,
      failure: this.recovery.failure(),
    });
    if (sameState(next, this.state)) return;
    this.state = next;
    for (const listener of this.listeners) listener();
  }
}
