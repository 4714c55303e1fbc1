import type Mpegts from "mpegts.js";
import { bufferedAhead } from "./buffered";
import { paceOf } from "./live_chase";
import type { FailureReason, Transport, TransportEvents, WhyNot } from "./transport";

/** Where playback stands before the end of what has come: enough for the network's ordinary breath. */
const kTargetS = 0.4;

/** HTTP-FLV through mpegts.js and Media Source Extensions: one long response, for networks that let only such through. */
class FlvTransport implements Transport {
  readonly kind = "http-flv";
  readonly firstPictureMs = 8000;
  private player: Mpegts.Player | null = null;
  /** The response ended with the stream, or failed. Its buffer plays on. */
  private ended = false;

  constructor(
    private readonly mpegts: typeof Mpegts,
    private readonly video: HTMLVideoElement,
    private readonly url: string,
    private readonly events: TransportEvents,
  ) {}

  start(): void {
    this.video.addEventListener("timeupdate", this.chase);
    this.load();
  }

  resume(live: boolean): void {
    if (live && (this.ended || !this.player)) this.load();
  }

  reload(): void {
    this.load();
  }

  suspend(): void {
    this.unload();
  }

  captureTimeMs(): number | null {
    return null;
  }

  livePosition(): number | null {
    const ahead = bufferedAhead(this.video);
    return ahead > kTargetS ? this.video.currentTime + ahead - kTargetS : null;
  }

  progress(): number | null {
    return null;
  }

  figures(): null {
    return null;
  }

  stop(): void {
    this.video.removeEventListener("timeupdate", this.chase);
    this.video.playbackRate = 1;
    this.unload();
  }

  private load(): void {
    this.unload();
    this.ended = false;
    const player = this.mpegts.createPlayer({ type: "flv", isLive: true, url: this.url }, { enableStashBuffer: false, autoCleanupSourceBuffer: true });
    const { Events } = this.mpegts;
    player.on(Events.ERROR, (_type: string, detail: string, info: { code?: number } | undefined) => this.onError(player, detail, info?.code));
    player.on(Events.LOADING_COMPLETE, () => this.end(player, "network"));
    player.on(Events.MEDIA_INFO, () => this.events.opened());
    this.player = player;
    player.attachMediaElement(this.video);
    player.load();
  }

  private unload(): void {
    this.player?.destroy();
    this.player = null;
  }

  private onError(player: Mpegts.Player, detail: string, status: number | undefined): void {
    const verdict = verdictOf(detail, status);
    if ("why" in verdict) this.events.unusable(verdict.why);
    else this.end(player, verdict.reason);
  }

  private end(player: Mpegts.Player, reason: FailureReason): void {
    if (this.player !== player) return;
    this.ended = true;
    this.events.failed(reason);
  }

  private readonly chase = (): void => {
    if (this.video.seeking) return;
    const bufferedS = bufferedAhead(this.video);
    const pace = paceOf({ behindS: bufferedS - kTargetS, bufferedS, rate: this.video.playbackRate });
    if (pace === "jump") this.video.currentTime += bufferedS - kTargetS;
    else if (pace.rate !== this.video.playbackRate) this.video.playbackRate = pace.rate;
  };
}

/** By mpegts.js's own words [its src/player/player-errors.js]. */
export function verdictOf(detail: string, status: number | undefined): { why: WhyNot } | { reason: FailureReason } {
  if (detail === "CodecUnsupported") return { why: "codec" };
  if (detail === "HttpStatusCodeInvalid") return { reason: status === 404 ? "not_found" : "network" };
  return { reason: detail.startsWith("Media") || detail.startsWith("Format") ? "media" : "network" };
}

/** mpegts.js is loaded when it is needed, which is seldom. */
export async function openFlv(video: HTMLVideoElement, url: string, events: TransportEvents): Promise<Transport> {
  const { default: mpegts } = await import("mpegts.js");
  return new FlvTransport(mpegts, video, new URL(url, location.href).href, events);
}
