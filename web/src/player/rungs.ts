import { openFlv } from "./flv_transport";
import { openHls } from "./hls_transport";
import { canPlayNatively, openNativeHls } from "./native_hls";
import type { MediaFacts, Rung, TransportKind, WhyNot } from "./transport";
import { WhepTransport } from "./whep_transport";

const kPlaylist = "/index.m3u8";

function mediaSource(): typeof MediaSource | undefined {
  return globalThis.MediaSource ?? (globalThis as { ManagedMediaSource?: typeof MediaSource }).ManagedMediaSource;
}

/** What must be decodable. A picture without its sound is still worth looking at. */
function typeOf({ video, audio }: MediaFacts): string | null {
  if (video) return `video/mp4; codecs="${video}"`;
  return audio ? `audio/mp4; codecs="${audio}"` : null;
}

function whyNotMediaSource(media: MediaFacts): WhyNot | null {
  const source = mediaSource();
  if (!source) return "unsupported";
  const type = typeOf(media);
  return type === null || source.isTypeSupported(type) ? null : "codec";
}

/** Quickest first. Which codecs pass by WHEP, the server tells from the offer: it may know how to change them. */
const kRungs: readonly Rung[] = [
  {
    kind: "whep",
    whyNot: () => (typeof RTCPeerConnection === "undefined" ? "unsupported" : null),
    open: async (video, base, events) => new WhepTransport(video, `${base}/whep`, events),
  },
  {
    kind: "ll-hls",
    whyNot: whyNotMediaSource,
    open: (video, base, events) => openHls(video, base + kPlaylist, events),
  },
  {
    kind: "native-hls",
    whyNot: (media) => {
      const video = document.createElement("video");
      if (mediaSource() || !canPlayNatively(video)) return "unsupported";
      const type = typeOf(media);
      return type === null || video.canPlayType(type) !== "" ? null : "codec";
    },
    open: (video, base, events) => openNativeHls(video, base + kPlaylist, events),
  },
  {
    kind: "http-flv",
    // mpegts.js knows the plain MediaSource only.
    whyNot: (media) => (globalThis.MediaSource ? whyNotMediaSource(media) : "unsupported"),
    open: (video, base, events) => openFlv(video, `${base}.flv`, events),
  },
];

/** All that this browser could take, best first; or only the one that the viewer insists on. */
export function rungs(only?: TransportKind): readonly Rung[] {
  const chosen = kRungs.filter((rung) => rung.kind === only || (only === "ll-hls" && rung.kind === "native-hls"));
  return chosen.length > 0 ? chosen : kRungs;
}
