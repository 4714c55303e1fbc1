import { kNtpToUnixMs } from "@/rtc/receive_stats";

/** What the receiver knows of the newest frame that it gave to the element [webrtc-extensions captureTimestamp]. */
export interface CaptureSource {
  rtpTimestamp: number;
  /** By the clock of him who captured it, in milliseconds since 1900. */
  captureTimestamp?: number;
  /** To be added for the clock of him who sent it: the server. */
  senderCaptureTimeOffset?: number | null;
}

const kVideoClockPerMs = 90;
/** A page in the background presents no frames; what it knew of the last one is soon of no use. */
const kStaleMs = 1000;

/** When the frame on the screen was captured. Asked between two frames, it tells of the moment that one was shown. */
export class CaptureClock {
  private shown: { captureMs: number; atMs: number } | null = null;
  private request = 0;

  constructor(
    private readonly video: HTMLVideoElement,
    private readonly source: () => CaptureSource | undefined,
    private readonly now: () => number = () => performance.now(),
  ) {}

  start(): void {
    this.watch();
  }

  stop(): void {
    this.video.cancelVideoFrameCallback?.(this.request);
    this.shown = null;
  }

  /** In Unix milliseconds by the server's clock; null when nothing tells it. */
  captureTimeMs(): number | null {
    if (!this.shown) return null;
    const age = this.now() - this.shown.atMs;
    return age < kStaleMs ? this.shown.captureMs + age : null;
  }

  private watch(): void {
    this.request = this.video.requestVideoFrameCallback?.((_, frame) => {
      const captureMs = captureOf(this.source(), frame.rtpTimestamp);
      this.shown = captureMs === null ? null : { captureMs, atMs: frame.expectedDisplayTime };
      this.watch();
    });
  }
}

/** The source may already be a frame ahead of the one that is presented; their RTP timestamps tell by how much. */
export function captureOf(source: CaptureSource | undefined, rtpTimestamp?: number): number | null {
  if (!source?.captureTimestamp) return null;
  const behind = rtpTimestamp === undefined ? 0 : (rtpTimestamp - source.rtpTimestamp) | 0;
  return source.captureTimestamp + (source.senderCaptureTimeOffset ?? 0) + behind / kVideoClockPerMs - kNtpToUnixMs;
}
