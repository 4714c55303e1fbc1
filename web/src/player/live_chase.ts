/** Faster than this is heard in speech and seen in pans. */
const kFastest = 1.1;
/** Begin to chase when this late, end when this close: two bounds, so that the rate does not flutter. */
const kBeginS = 0.12;
const kEndS = 0.03;
/** With less in the buffer than this, haste would end in a stall. */
const kLeastBufferS = 0.25;
/** Later than this a jump is kinder than a long chase, when the buffer holds the landing place. */
const kJumpS = 4;

export interface Lateness {
  /** How far playback stands behind where it should. */
  behindS: number;
  bufferedS: number;
  rate: number;
}

export type Pace = { rate: number } | "jump";

/**
 * The pace that brings a late viewer back to the live position. hls.js has such a chase, but holds it back until more
 * than a second is buffered, which low latency never has: it would stay late for good after the first hiccup.
 */
export function paceOf({ behindS, bufferedS, rate }: Lateness): Pace {
  if (behindS >= kJumpS && bufferedS >= behindS) return "jump";
  if (bufferedS < kLeastBufferS) return { rate: 1 };
  const chasing = rate > 1 ? behindS > kEndS : behindS >= kBeginS;
  if (!chasing) return { rate: 1 };
  // Steps of 0.05: a rate that changes with every look would be heard.
  const wanted = 1 + Math.ceil(behindS * 4) * 0.05;
  return { rate: Math.min(kFastest, wanted) };
}
