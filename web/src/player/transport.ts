/** Why a picture does not come. The words for people are the page's business. */
export type FailureReason = "not_found" | "network" | "codec" | "media" | "stalled";

export interface TransportEvents {
  /** Media was found and is being loaded. */
  opened(): void;
  failed(reason: FailureReason): void;
}

/**
 * One way of bringing a stream into a media element: LL-HLS, native HLS, later WHEP.
 * It reports failures and leaves what to do about them to Recovery.
 */
export interface Transport {
  readonly kind: "ll-hls" | "native-hls";
  start(): void;
  /** Asks again for what failed; the media element keeps its source and its picture. */
  resume(): void;
  /** Begins anew: the media element is loaded again. */
  reload(): void;
  /** When the picture on the screen was captured, in Unix milliseconds by the server's clock; null when unknown. */
  captureTimeMs(): number | null;
  /** Media time at which playback should stand now; null when unknown. */
  livePosition(): number | null;
  stop(): void;
}

export type TransportFactory = (video: HTMLVideoElement, url: string, events: TransportEvents) => Promise<Transport>;
