import type { ReceiveFigures } from "@/rtc/receive_stats";

export type TransportKind = "whep" | "ll-hls" | "native-hls" | "http-flv";

/** Why a picture does not come. The words for people are the page's business. */
export type FailureReason =
  | "not_found"
  | "network"
  | "codec"
  | "media"
  | "stalled"
  /** Every transport was tried, and each is of no use for now. */
  | "no_way";

/** Why another transport is to be tried instead of this one. */
export type WhyNot =
  /** This browser does not know it. */
  | "unsupported"
  /** This browser decodes the stream's codec not this way. */
  | "codec"
  /** The server does not offer it. */
  | "no_route"
  /** The network lets none of its packets through. */
  | "blocked"
  /** The server has no room for more viewers of this kind. */
  | "busy"
  /** It connected, and no picture came. */
  | "no_media";

export interface TransportEvents {
  /** Media was found and is being loaded. */
  opened(): void;
  failed(reason: FailureReason): void;
  /** Trying again would not help as long as the world stays as it is. */
  unusable(why: WhyNot): void;
}

/**
 * One way of bringing a stream into a media element: WHEP, LL-HLS, native HLS, HTTP-FLV.
 * It reports failures and leaves what to do about them to Recovery and to the Ladder.
 */
export interface Transport {
  readonly kind: TransportKind;
  /** Time from start() in which a healthy stream shows its first picture. */
  readonly firstPictureMs: number;
  start(): void;
  /** Asks again for what failed; the media element keeps its source and its picture. `live`: the publisher is there. */
  resume(live: boolean): void;
  /** Begins anew: the media element is loaded again. */
  reload(): void;
  /** Nobody watches for now: fetches nothing until resume(). */
  suspend(): void;
  /** When the picture on the screen was captured, in Unix milliseconds by the server's clock; null when unknown. */
  captureTimeMs(): number | null;
  /** Media time at which playback should stand now; null when unknown. */
  livePosition(): number | null;
  /** A number that changes as long as the picture moves; null when the element's own playhead tells it. */
  progress(): number | null;
  /** What the receiver measures; null where the browser does not say. */
  figures(): ReceiveFigures | null;
  stop(): void;
}

/** The stream's codecs by their RFC 6381 names; absent when not known, or when there is no such track. */
export interface MediaFacts {
  video?: string;
  audio?: string;
}

/** A transport before it is opened. */
export interface Rung {
  readonly kind: TransportKind;
  /** Null when nothing speaks against it. */
  whyNot(media: MediaFacts): WhyNot | null;
  /** `base` is the stream's path, such as "/live/alpha". */
  open(video: HTMLVideoElement, base: string, events: TransportEvents): Promise<Transport>;
}
