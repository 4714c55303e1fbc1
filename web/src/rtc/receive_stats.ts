/** What the receiving end of a peer connection knows of its path and its picture, over the last interval. */
export interface ReceiveFigures {
  fps: number | null;
  /** How long a frame waits before it is decoded, in milliseconds. */
  jitterBufferMs: number | null;
  /** Share of packets that were lost on the way and not sent again in time, 0 to 1. */
  lossShare: number | null;
  roundTripMs: number | null;
  /** How the packets travel. */
  path: "udp" | "tcp" | "relay" | null;
}

export interface ReceiveCounters {
  framesDecoded: number;
  audioSamples: number;
  packetsReceived: number;
  packetsLost: number;
  jitterBufferDelayS: number;
  jitterBufferFrames: number;
  fps: number | null;
  roundTripMs: number | null;
  path: ReceiveFigures["path"];
  /** When the picture on the screen was captured, by the sender's clock, in Unix milliseconds [webrtc-stats estimatedPlayoutTimestamp]. */
  playoutMs: number | null;
}

/** From 1900 to 1970 [RFC 5905 6]. */
export const kNtpToUnixMs = 2_208_988_800_000;

type Stat = Record<string, unknown> & { type: string; id: string };
const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** The counters of a report, audio and video apart from what they share. */
export function countersOf(report: Iterable<Stat>): ReceiveCounters {
  const stats = new Map([...report].map((stat) => [stat.id, stat]));
  const all = [...stats.values()];
  const video = all.find((stat) => stat.type === "inbound-rtp" && stat.kind === "video");
  const audio = all.find((stat) => stat.type === "inbound-rtp" && stat.kind === "audio");
  const picture = video ?? audio;
  const transport = all.find((stat) => stat.type === "transport");
  const pair = stats.get(String(transport?.selectedCandidatePairId)) ?? all.find((stat) => stat.type === "candidate-pair" && stat.nominated);
  const local = stats.get(String(pair?.localCandidateId));
  const playout = number(video?.estimatedPlayoutTimestamp);
  return {
    framesDecoded: number(video?.framesDecoded),
    audioSamples: number(audio?.totalSamplesReceived),
    packetsReceived: number(picture?.packetsReceived),
    packetsLost: number(picture?.packetsLost),
    jitterBufferDelayS: number(picture?.jitterBufferDelay),
    jitterBufferFrames: number(picture?.jitterBufferEmittedCount),
    fps: typeof video?.framesPerSecond === "number" ? video.framesPerSecond : null,
    roundTripMs: typeof pair?.currentRoundTripTime === "number" ? pair.currentRoundTripTime * 1000 : null,
    path: pathOf(local),
    playoutMs: playout > kNtpToUnixMs ? playout - kNtpToUnixMs : null,
  };
}

function pathOf(local: Stat | undefined): ReceiveFigures["path"] {
  if (!local) return null;
  if (local.candidateType === "relay") return "relay";
  return local.protocol === "tcp" ? "tcp" : "udp";
}

/** Figures of the time between two looks. */
export function figuresBetween(before: ReceiveCounters | null, now: ReceiveCounters): ReceiveFigures {
  const { fps, roundTripMs, path } = now;
  const base = { fps, roundTripMs, path };
  if (!before) return { ...base, jitterBufferMs: null, lossShare: null };
  const frames = now.jitterBufferFrames - before.jitterBufferFrames;
  const lost = Math.max(0, now.packetsLost - before.packetsLost);
  const arrived = now.packetsReceived - before.packetsReceived;
  return {
    ...base,
    jitterBufferMs: frames > 0 ? ((now.jitterBufferDelayS - before.jitterBufferDelayS) / frames) * 1000 : null,
    lossShare: lost + arrived > 0 ? lost / (lost + arrived) : null,
  };
}
