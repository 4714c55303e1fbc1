import type Hls from "hls.js";
import type { ErrorData, HlsConfig } from "hls.js";
import { bufferedAhead } from "./buffered";
import { paceOf } from "./live_chase";
import type { FailureReason, Transport, TransportEvents } from "./transport";

/** hls.js tries a few times by itself; longer outages are Recovery's, which knows whether the publisher is there. */
const kOwnRetries = 1;

function loadPolicy(firstByteMs: number) {
  const retry = { maxNumRetry: kOwnRetries, retryDelayMs: 300, maxRetryDelayMs: 1000 };
  return { default: { maxTimeToFirstByteMs: firstByteMs, maxLoadTimeMs: 20_000, timeoutRetry: retry, errorRetry: retry } };
}

const kConfig: Partial<HlsConfig> = {
  lowLatencyMode: true,
  // CMAF needs no transmuxing; a worker would only add a copy, and a blob: script to the page's policy.
  enableWorker: false,
  // The server's PART-HOLD-BACK is the place to stand; each stall moves it back by this, not by a whole second.
  liveSyncOnStallIncrease: 0.2,
  // The chase is ours: live_chase.ts says why.
  maxLiveSyncPlaybackRate: 1,
  backBufferLength: 15,
  maxBufferLength: 12,
  manifestLoadPolicy: loadPolicy(8000),
  // A blocking reload answers when the next part is there.
  playlistLoadPolicy: loadPolicy(12_000),
  fragLoadPolicy: loadPolicy(8000),
};

const kNoRoute = new Set(["manifestLoadError", "manifestLoadTimeOut"]);
const kCodecDetails = new Set(["manifestIncompatibleCodecsError", "bufferAddCodecError", "bufferIncompatibleCodecsError"]);

/** Low-latency HLS through hls.js and Media Source Extensions. */
class HlsTransport implements Transport {
  readonly kind = "ll-hls";
  readonly firstPictureMs = 8000;
  private manifestFailed = false;

  constructor(
    private readonly hls: Hls,
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly events: TransportEvents,
    private readonly names: typeof Hls.Events,
  ) {}

  start(): void {
    this.hls.on(this.names.MANIFEST_PARSED, () => {
      this.manifestFailed = false;
      this.events.opened();
    });
    this.hls.on(this.names.ERROR, (_, data) => this.onError(data));
    this.video.addEventListener("timeupdate", this.chase);
    this.hls.attachMedia(this.video);
    this.hls.loadSource(this.url);
  }

  resume(): void {
    // Without a manifest there are no levels to resume, and no media in the element that loading it could disturb.
    if (this.manifestFailed) this.hls.loadSource(this.url);
    else this.hls.startLoad(-1);
  }

  reload(): void {
    this.hls.stopLoad();
    this.hls.detachMedia();
    this.hls.attachMedia(this.video);
    this.hls.loadSource(this.url);
  }

  suspend(): void {
    this.hls.stopLoad();
  }

  progress(): number | null {
    return null;
  }

  figures(): null {
    return null;
  }

  captureTimeMs(): number | null {
    return this.hls.playingDate?.getTime() ?? null;
  }

  livePosition(): number | null {
    return this.hls.liveSyncPosition;
  }

  stop(): void {
    this.video.removeEventListener("timeupdate", this.chase);
    this.video.playbackRate = 1;
    this.hls.destroy();
  }

  private readonly chase = (): void => {
    const { targetLatency, latency, liveSyncPosition } = this.hls;
    if (targetLatency === null || liveSyncPosition === null || this.video.seeking) return;
    const pace = paceOf({ behindS: latency - targetLatency, bufferedS: bufferedAhead(this.video), rate: this.video.playbackRate });
    if (pace === "jump") this.video.currentTime = liveSyncPosition;
    else if (pace.rate !== this.video.playbackRate) this.video.playbackRate = pace.rate;
  };

  private onError(data: ErrorData): void {
    if (!data.fatal) return;
    if (kNoRoute.has(data.details) || data.details === "manifestParsingError") this.manifestFailed = true;
    this.events.failed(reasonOf(data));
  }
}

export function reasonOf(data: Pick<ErrorData, "type" | "details"> & { response?: { code?: number } }): FailureReason {
  if (kCodecDetails.has(data.details)) return "codec";
  if (data.type === "networkError") {
    const missing = data.response?.code === 404 || data.response?.code === 410;
    return missing ? "not_found" : "network";
  }
  return "media";
}

/** hls.js is loaded with the first picture, not with the page. */
export async function openHls(video: HTMLVideoElement, url: string, events: TransportEvents): Promise<Transport> {
  const { default: Hls } = await import("hls.js");
  return new HlsTransport(new Hls(kConfig), video, url, events, Hls.Events);
}
