/** What the sending end of a peer connection knows of its picture and its path. */
export interface SendFigures {
  bitrateBps: number | null;
  fps: number | null;
  width: number | null;
  height: number | null;
  /** As people call it, such as "H264". */
  codec: string | null;
  roundTripMs: number | null;
  /** Share of packets that the server missed lately, 0 to 1. */
  lossShare: number | null;
  /** What keeps the picture below what was asked for [webrtc-stats RTCQualityLimitationReason]. */
  limitedBy: "none" | "cpu" | "bandwidth" | "other";
  /** Simulcast layers that are being sent. */
  layers: number;
}

export interface SendLook {
  atMs: number;
  bytes: number;
}

type Stat = Record<string, unknown> & { type: string; id: string };
const optional = (value: unknown): number | null => (typeof value === "number" ? value : null);
const pixels = (stat: Stat): number => (optional(stat.frameWidth) ?? 0) * (optional(stat.frameHeight) ?? 0);
const kLimits = new Set(["cpu", "bandwidth", "other"]);

/** Figures of the time since the look before; the picture's are of the largest layer that is being sent. */
export function sendFigures(report: Iterable<Stat>, before: SendLook | null): { figures: SendFigures; look: SendLook } {
  const all = [...report];
  const layers = all.filter((stat) => stat.type === "outbound-rtp" && stat.kind === "video").sort((a, b) => pixels(b) - pixels(a));
  const best = layers[0];
  const reports = all.filter((stat) => stat.type === "remote-inbound-rtp" && stat.kind === "video");
  const codec = all.find((stat) => stat.id === best?.codecId)?.mimeType;
  const look = {
    atMs: optional(best?.timestamp) ?? 0,
    bytes: all.filter((stat) => stat.type === "outbound-rtp").reduce((sum, stat) => sum + (optional(stat.bytesSent) ?? 0), 0),
  };
  const passedS = before ? (look.atMs - before.atMs) / 1000 : 0;
  const limitedBy = layers.map((layer) => String(layer.qualityLimitationReason)).find((reason) => kLimits.has(reason));
  const figures: SendFigures = {
    bitrateBps: before && passedS > 0 ? Math.max(0, ((look.bytes - before.bytes) * 8) / passedS) : null,
    fps: optional(best?.framesPerSecond),
    width: optional(best?.frameWidth),
    height: optional(best?.frameHeight),
    codec: typeof codec === "string" ? (codec.split("/")[1] ?? null) : null,
    roundTripMs: largest(reports, "roundTripTime", 1000),
    lossShare: largest(reports, "fractionLost", 1),
    limitedBy: (limitedBy as SendFigures["limitedBy"] | undefined) ?? "none",
    layers: layers.filter((layer) => (optional(layer.framesPerSecond) ?? 0) > 0).length,
  };
  return { figures, look };
}

function largest(stats: readonly Stat[], key: string, factor: number): number | null {
  const values = stats.map((stat) => optional(stat[key])).filter((value) => value !== null);
  return values.length > 0 ? Math.max(...values) * factor : null;
}
