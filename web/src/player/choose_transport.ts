import { canPlayWithMediaSource, openHls } from "./hls_transport";
import { canPlayNatively, openNativeHls } from "./native_hls";
import type { Transport, TransportEvents } from "./transport";

/** The quickest way that this browser knows. WHEP will be asked first when it is there. */
export async function openTransport(video: HTMLVideoElement, url: string, events: TransportEvents): Promise<Transport> {
  if (await canPlayWithMediaSource()) return openHls(video, url, events);
  if (canPlayNatively(video)) return openNativeHls(video, url, events);
  throw new Error("neither Media Source Extensions nor native HLS");
}

/** Whether this browser decodes a codec, by its RFC 6381 name. True when it cannot be asked. */
export function canDecode(kind: "video" | "audio", rfc6381: string): boolean {
  const type = `${kind}/mp4; codecs="${rfc6381}"`;
  const source = globalThis.MediaSource ?? (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;
  if (source) return source.isTypeSupported(type);
  return typeof document === "undefined" || document.createElement("video").canPlayType(type) !== "";
}
