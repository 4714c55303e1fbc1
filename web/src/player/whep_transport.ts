import { countersOf, figuresBetween, type ReceiveCounters, type ReceiveFigures } from "@/rtc/receive_stats";
import { RtcSession } from "@/rtc/session";
import { Refusal } from "@/rtc/signalling";
import { CaptureClock, captureOf, type CaptureSource } from "./capture_clock";
import type { FailureReason, Transport, TransportEvents, WhyNot } from "./transport";

const kStatsEveryMs = 500;
/** Connections that may fail in a row after one had worked, before the network is said to let none through. */
const kBlockedAfter = 3;
const kAbsCaptureTime = "http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time";

type Extension = { uri: string; direction: RTCRtpTransceiverDirection };
/** Newer than the compiler's library. */
type Transceiver = RTCRtpTransceiver & {
  getHeaderExtensionsToNegotiate?: () => Extension[];
  setHeaderExtensionsToNegotiate?: (extensions: Extension[]) => void;
};
/** `playoutDelayHint` was Chromium's name before the standard had one. */
type Receiver = { jitterBufferTarget?: number | null; playoutDelayHint?: number };

/**
 * WebRTC by WHEP. A new session takes the place of a lost one inside the same MediaStream, so the element keeps its
 * source, and its last picture until the next one comes.
 */
export class WhepTransport implements Transport {
  readonly kind = "whep";
  readonly firstPictureMs = 6000;
  private readonly stream = new MediaStream();
  /** On the screen. */
  private session: RtcSession | null = null;
  /** On its way to take its place. */
  private next: RtcSession | null = null;
  private everConnected = false;
  private lostInARow = 0;
  /** A session that is connected may owe its silence to the publisher: it is spared once. */
  private spared = false;
  private timer: ReturnType<typeof setInterval> | undefined;
  private counters: ReceiveCounters | null = null;
  private measured: ReceiveFigures | null = null;
  private readonly clock: CaptureClock;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly events: TransportEvents,
  ) {
    this.clock = new CaptureClock(video, () => this.source("video"));
  }

  start(): void {
    this.video.srcObject = this.stream;
    this.clock.start();
    this.timer = setInterval(() => void this.measure(), kStatsEveryMs);
    this.connect();
  }

  resume(live: boolean): void {
    if (this.next) return;
    if (this.session?.connected && (!live || !this.spared)) {
      this.spared = live;
      return;
    }
    this.connect();
  }

  reload(): void {
    if (!this.next) this.connect();
  }

  suspend(): void {
    this.closeSessions();
  }

  captureTimeMs(): number | null {
    return this.clock.captureTimeMs() ?? captureOf(this.source("video") ?? this.source("audio")) ?? this.counters?.playoutMs ?? null;
  }

  livePosition(): number | null {
    return null;
  }

  /** Also of a page in the background, where no frame is presented. */
  progress(): number {
    const frames = this.video.getVideoPlaybackQuality?.().totalVideoFrames ?? 0;
    return frames + (this.counters?.framesDecoded ?? 0) + (this.receiver("video") ? 0 : (this.counters?.audioSamples ?? 0));
  }

  figures(): ReceiveFigures | null {
    return this.measured;
  }

  stop(): void {
    clearInterval(this.timer);
    this.clock.stop();
    this.closeSessions();
    this.video.srcObject = null;
  }

  private connect(): void {
    const session: RtcSession = new RtcSession({ url: this.url }, {
      connected: () => this.take(session),
      lost: (before) => this.lost(session, before),
    });
    this.next = session;
    for (const kind of ["video", "audio"]) prepare(session.peer.addTransceiver(kind, { direction: "recvonly" }));
    session.open().catch((error: unknown) => {
      if (session.closed) return;
      session.close();
      this.next = null;
      this.refuse(error);
    });
  }

  private take(session: RtcSession): void {
    if (this.next !== session) return;
    const before = this.session;
    this.session = session;
    this.next = null;
    this.everConnected = true;
    this.spared = false;
    this.counters = null;
    for (const track of this.stream.getTracks()) this.stream.removeTrack(track);
    for (const { receiver, currentDirection } of session.peer.getTransceivers()) {
      if (currentDirection === "recvonly") this.stream.addTrack(receiver.track);
    }
    before?.close();
    this.events.opened();
  }

  private lost(session: RtcSession, before: boolean): void {
    if (session === this.next) this.next = null;
    if (session === this.session) this.session = null;
    this.lostInARow = before ? 0 : this.lostInARow + 1;
    if (this.everConnected ? this.lostInARow < kBlockedAfter : before) this.events.failed("network");
    else this.events.unusable("blocked");
  }

  private refuse(error: unknown): void {
    const verdict = verdictOf(error);
    if ("why" in verdict) this.events.unusable(verdict.why);
    else this.events.failed(verdict.reason);
  }

  private async measure(): Promise<void> {
    const { session } = this;
    if (!session) return;
    const now = countersOf((await session.peer.getStats()).values() as Iterable<never>);
    if (this.session !== session) return;
    this.measured = figuresBetween(this.counters, now);
    if (this.counters && now.framesDecoded > this.counters.framesDecoded) this.spared = false;
    this.counters = now;
  }

  private receiver(kind: string): RTCRtpReceiver | undefined {
    const peer = this.session?.peer;
    return peer?.getTransceivers().find((one) => one.receiver.track.kind === kind && one.currentDirection === "recvonly")?.receiver;
  }

  private source(kind: string): CaptureSource | undefined {
    return this.receiver(kind)?.getSynchronizationSources()[0];
  }

  private closeSessions(): void {
    this.next?.close();
    this.session?.close();
    this.next = null;
    this.session = null;
    this.counters = null;
    this.measured = null;
  }
}

/** Renders at once, and is told when each picture was captured. */
function prepare(transceiver: Transceiver): void {
  const receiver: Receiver = transceiver.receiver;
  if (receiver.jitterBufferTarget !== undefined) receiver.jitterBufferTarget = 0;
  else if (receiver.playoutDelayHint !== undefined) receiver.playoutDelayHint = 0;
  const extensions = transceiver.getHeaderExtensionsToNegotiate?.();
  const captureTime = extensions?.find(({ uri }) => uri === kAbsCaptureTime);
  if (!extensions || !captureTime) return;
  captureTime.direction = "sendrecv";
  transceiver.setHeaderExtensionsToNegotiate?.(extensions);
}

export function verdictOf(error: unknown): { why: WhyNot } | { reason: FailureReason } {
  if (error instanceof Refusal) {
    if (error.status === 404 || error.status === 410) return { reason: "not_found" };
    if (error.status === 405 || error.status === 501) return { why: "no_route" };
    if (error.status === 406 || error.status === 415 || error.status === 422) return { why: "codec" };
    if (error.status === 429 || error.status === 503) return { why: "busy" };
    return { reason: "network" };
  }
  // Offer and answer did not fit: no other try of the same will.
  const misfit = error instanceof DOMException && (error.name === "OperationError" || error.name.startsWith("Invalid"));
  return misfit ? { why: "unsupported" } : { reason: "network" };
}
