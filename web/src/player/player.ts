import type { ReceiveFigures } from "@/rtc/receive_stats";
import { bufferedAhead } from "./buffered";
import { Ladder, type PassedOver } from "./ladder";
import { Recovery } from "./recovery";
import { describeState, sameState, type PlayerState, type Presence } from "./state";
import type { FailureReason, MediaFacts, Rung, Transport, TransportEvents, TransportKind, WhyNot } from "./transport";

const kTickMs = 250;
/** A picture that stands still this long is a stall that a viewer sees. */
const kStillMs = 1500;
/** How far into newer media to land when the playhead stands before a hole. */
const kLandingS = 0.05;
/** Later than this behind the live position, one jump is kinder than a long chase. */
const kTooLateS = 6;
/** "Not found" of a live stream, in a row, until the server is taken not to offer this transport. */
const kMissingMax = 2;

export interface PlayerFigures {
  state: PlayerState;
  transport: TransportKind | null;
  /** Better transports that are not in use, and why. */
  passedOver: PassedOver[];
  captureTimeMs: number | null;
  bufferedS: number;
  droppedFrames: number;
  decodedFrames: number;
  reloads: number;
  receive: ReceiveFigures | null;
}

/**
 * Plays one stream in one media element, and never gives up. Knows no page: it is told what the server says of the
 * stream (presence, codecs), and tells in which state the picture is.
 */
export class Player {
  private readonly recovery = new Recovery();
  private readonly ladder: Ladder;
  private readonly listeners = new Set<() => void>();
  private transport: Transport | null = null;
  private opening = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private presence: Presence = "unknown";
  private wanted = false;
  private everMoved = false;
  /** The transport in use has shown motion. */
  private movedHere = false;
  private missing = 0;
  private lastProgress = 0;
  private movedAtMs = Number.NEGATIVE_INFINITY;
  private startedAtMs = 0;
  private reloads = 0;
  private state: PlayerState = { kind: "idle" };
  private generation = 0;

  /** `base` is the stream's path, such as "/live/alpha". */
  constructor(
    private readonly video: HTMLVideoElement,
    private readonly base: string,
    rungs: readonly Rung[],
    private readonly now: () => number = () => performance.now(),
  ) {
    this.ladder = new Ladder(rungs);
  }

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
      passedOver: this.ladder.passedOver(),
      captureTimeMs: this.transport?.captureTimeMs() ?? null,
      bufferedS: bufferedAhead(this.video),
      droppedFrames: quality?.droppedVideoFrames ?? 0,
      decodedFrames: quality?.totalVideoFrames ?? 0,
      reloads: this.reloads,
      receive: this.transport?.figures() ?? null,
    };
  }

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    this.startedAtMs = this.now();
    this.timer = setInterval(() => this.tick(), kTickMs);
    if (this.transport) this.toLiveEdge(this.transport);
    else void this.openTransport();
    this.playElement();
    this.update();
  }

  /** Holds the picture; start() goes on at the live edge. */
  pause(): void {
    this.wanted = false;
    clearInterval(this.timer);
    this.recovery.reset();
    this.transport?.suspend();
    this.video.pause();
    this.update();
  }

  setPresence(presence: Presence): void {
    if (presence === this.presence) return;
    const before = this.presence;
    this.presence = presence;
    if (presence === "live" && before !== "unknown") this.hurry(before === "waiting");
    this.update();
  }

  /** The stream's codecs changed, or became known. */
  setMedia(media: MediaFacts): void {
    if (!this.ladder.setMedia(media) || !this.wanted) return;
    const kind = this.transport?.kind;
    const why = kind ? this.ladder.whyNot(kind) : null;
    if (kind && why) this.giveWay(kind, why);
    else if (!kind) this.hurry();
  }

  /** Another network: what it let through before says nothing of it. */
  networkChanged(): void {
    this.ladder.forgive();
    const better = this.ladder.current()?.kind !== this.transport?.kind;
    if (this.wanted && this.transport && better && !this.moving(this.now())) this.replaceTransport();
    this.hurry();
  }

  destroy(): void {
    this.closeTransport();
    clearInterval(this.timer);
    this.wanted = false;
    this.listeners.clear();
  }

  /** The world changed for the better (publisher, network or codec): try at once. `kept`: the stream was, meanwhile. */
  private hurry(kept = false): void {
    this.recovery.hurry(this.now(), kept);
    this.startedAtMs = this.now();
  }

  private async openTransport(): Promise<void> {
    if (!this.ladder.current()) this.ladder.forgive();
    const rung = this.ladder.current();
    if (!rung) return this.fail("codec");
    const generation = ++this.generation;
    const current = () => generation === this.generation;
    const events: TransportEvents = {
      opened: () => current() && this.playElement(),
      failed: (reason) => current() && this.fail(reason),
      unusable: (why) => current() && this.giveWay(rung.kind, why),
    };
    this.opening = true;
    try {
      const transport = await rung.open(this.video, this.base, events);
      if (!current()) return transport.stop();
      this.opening = false;
      this.transport = transport;
      transport.start();
    } catch {
      if (current()) this.giveWay(rung.kind, "unsupported");
    }
  }

  private closeTransport(): void {
    this.generation += 1;
    this.opening = false;
    this.transport?.stop();
    this.transport = null;
    this.movedHere = false;
    this.missing = 0;
  }

  private replaceTransport(): void {
    if (this.everMoved) this.reloads += 1;
    this.closeTransport();
    this.recovery.reset();
    this.startedAtMs = this.now();
    void this.openTransport();
  }

  /** The next transport takes over; where there is none, this one is tried again later. */
  private giveWay(kind: TransportKind, why: WhyNot): void {
    this.ladder.pass(kind, why);
    if (this.ladder.current()) return this.replaceTransport();
    this.closeTransport();
    this.fail(this.ladder.codecIsToBlame() ? "codec" : "no_way");
  }

  private playElement(): void {
    if (!this.wanted) return;
    this.video.play().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === "NotAllowedError") this.pause();
    });
  }

  private fail(reason: FailureReason): void {
    const kind = this.transport?.kind;
    const strange = reason === "not_found" && this.presence === "live";
    this.missing = strange ? this.missing + 1 : 0;
    if (kind && this.missing >= kMissingMax && this.ladder.hasBelow(kind)) return this.giveWay(kind, "no_route");
    this.recovery.failed(reason, this.now());
    this.update();
  }

  private tick(): void {
    const now = this.now();
    this.observeProgress(now);
    if (this.moving(now)) this.recovery.moving(now);
    else this.noticeStall(now);
    this.mend(now);
    this.update();
  }

  private observeProgress(now: number): void {
    const own = this.transport?.progress() ?? null;
    const progress = own ?? this.video.currentTime;
    // Also backwards: a reloaded element may start at an earlier media time.
    if (progress === this.lastProgress || this.video.readyState < 2) return;
    this.lastProgress = progress;
    // The first sight of a playhead is a seek to the live edge, not motion.
    if (this.video.paused || this.video.seeking) return;
    this.movedAtMs = now;
    this.everMoved = true;
    this.movedHere = true;
    this.missing = 0;
  }

  private moving(now: number): boolean {
    return now - this.movedAtMs < kStillMs;
  }

  private noticeStall(now: number): void {
    if (!this.transport || this.hopOverHole() || this.recovery.failure()) return;
    const patience = this.movedHere ? kStillMs : this.transport.firstPictureMs;
    if (now - Math.max(this.startedAtMs, this.movedAtMs) >= patience) this.recovery.failed("stalled", now);
  }

  private mend(now: number): void {
    if (this.opening) return;
    const live = this.presence === "live";
    const step = this.recovery.next(now, live);
    if (!step) return;
    const { transport } = this;
    if (!transport) return void this.openTransport();
    if (step === "reload" && !this.movedHere && this.ladder.hasBelow(transport.kind)) {
      return this.giveWay(transport.kind, this.recovery.failure()?.reason === "not_found" ? "no_route" : "no_media");
    }
    if (step === "resume") transport.resume(live);
    else {
      this.reloads += 1;
      transport.reload();
    }
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

  private toLiveEdge(transport: Transport): void {
    const live = transport.livePosition();
    if (live !== null && live - this.video.currentTime > kTooLateS) this.video.currentTime = live;
    transport.resume(true);
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
