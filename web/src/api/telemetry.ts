/** What an aircraft says of itself, as far as its telemetry has it. */
export interface Telemetry {
  lat?: number;
  lon?: number;
  alt_m?: number;
  rel_alt_m?: number;
  heading?: number;
  speed_mps?: number;
  climb_mps?: number;
  battery_pct?: number;
}

interface Sample {
  /** Unix milliseconds by the server's clock: when it was taken, or came in. */
  atMs: number;
  telemetry: Telemetry;
}

const kFields = ["lat", "lon", "alt_m", "rel_alt_m", "heading", "speed_mps", "climb_mps", "battery_pct"] as const;
/** Pictures are shown at most this much later than they were taken. */
const kSamplesMax = 600;
/** Telemetry older than this against its picture is no telemetry of it. */
const kStaleMs = 5000;

function telemetryOf(data: unknown): Telemetry | null {
  if (typeof data !== "object" || data === null) return null;
  const known: Telemetry = {};
  for (const field of kFields) {
    const value = (data as Record<string, unknown>)[field];
    if (typeof value === "number" && Number.isFinite(value)) known[field] = value;
  }
  return Object.keys(known).length > 0 ? known : null;
}

/** A line of `GET /{app}/{name}/data`; null when it is none of telemetry. */
export function readLine(line: unknown): Sample | null {
  if (typeof line !== "string") return null;
  try {
    const { capture, arrival, data } = JSON.parse(line) as Record<string, unknown>;
    const telemetry = telemetryOf(data);
    const atMs = Date.parse(String(capture ?? arrival));
    return telemetry && Number.isFinite(atMs) ? { atMs, telemetry } : null;
  } catch {
    return null;
  }
}

/** The recent telemetry of one stream, so that each picture is shown with its own. */
export class TelemetryTrack {
  private samples: Sample[] = [];

  take(line: unknown): void {
    const sample = readLine(line);
    if (!sample) return;
    this.samples.push(sample);
    if (this.samples.length > kSamplesMax) this.samples.splice(0, this.samples.length - kSamplesMax);
  }

  /** What was true when the picture was taken; the newest when nobody knows when that was. */
  at(pictureMs: number | null): Telemetry | null {
    const newest = this.samples[this.samples.length - 1];
    if (!newest || pictureMs === null) return newest?.telemetry ?? null;
    const found = this.samples.findLast((sample) => sample.atMs <= pictureMs) ?? this.samples[0];
    return found && Math.abs(pictureMs - found.atMs) < kStaleMs ? found.telemetry : null;
  }
}
