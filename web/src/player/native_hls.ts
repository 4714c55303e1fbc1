import type { FailureReason, Transport, TransportEvents } from "./transport";

/** Safari's own addition to the media element [WebKit HTMLMediaElement.getStartDate]. */
type DatedVideo = HTMLVideoElement & { getStartDate?: () => Date };

/** HLS as iPhones play it: by the media element itself. */
class NativeHls implements Transport {
  readonly kind = "native-hls";
  readonly firstPictureMs = 8000;
  private readonly listening = new AbortController();

  constructor(
    private readonly video: DatedVideo,
    private readonly url: string,
    private readonly events: TransportEvents,
  ) {}

  start(): void {
    const { signal } = this.listening;
    this.video.addEventListener("loadedmetadata", () => this.events.opened(), { signal });
    this.video.addEventListener("error", () => this.events.failed(reasonOfMediaError(this.video.error)), { signal });
    this.video.src = this.url;
  }

  resume(): void {
    // After an error the element is dead until it is loaded again.
    if (this.video.error) this.reload();
    else void this.video.play().catch(() => undefined);
  }

  reload(): void {
    this.video.src = this.url;
    this.video.load();
    void this.video.play().catch(() => undefined);
  }

  suspend(): void {
    // The element is paused, and fetches by its own rules.
  }

  progress(): number | null {
    return null;
  }

  figures(): null {
    return null;
  }

  captureTimeMs(): number | null {
    const start = this.video.getStartDate?.().getTime() ?? Number.NaN;
    return Number.isFinite(start) ? start + this.video.currentTime * 1000 : null;
  }

  livePosition(): number | null {
    const { seekable } = this.video;
    return seekable.length > 0 ? seekable.end(seekable.length - 1) : null;
  }

  stop(): void {
    this.listening.abort();
    this.video.removeAttribute("src");
    this.video.load();
  }
}

export function reasonOfMediaError(error: { code: number } | null): FailureReason {
  if (error?.code === 2) return "network"; // MEDIA_ERR_NETWORK
  if (error?.code === 4) return "not_found"; // MEDIA_ERR_SRC_NOT_SUPPORTED: also what a 404 looks like
  return "media";
}

export function canPlayNatively(video: HTMLVideoElement): boolean {
  return video.canPlayType("application/vnd.apple.mpegurl") !== "";
}

export async function openNativeHls(video: HTMLVideoElement, url: string, events: TransportEvents): Promise<Transport> {
  return new NativeHls(video, url, events);
}
