/**
 * The shapes of /api/v1, as /api/v1/openapi.json describes them. Field names are the wire's own.
 * Times are ISO 8601 with milliseconds; `_ms` and `_bps` say their units.
 */
export type StreamState = "live" | "waiting";

export interface PublisherFacts {
  protocol: string;
  session: string;
  peer: string;
  since: string;
  rank: number;
  /** How far media time lags behind arrival: a sender whose queue grew on a weak link. */
  backlog_ms: number;
}

export interface TrackFacts {
  id: number;
  kind: "video" | "audio" | "data";
  codec: string;
  title: string;
  rfc6381: string;
  width?: number;
  height?: number;
  frame_rate?: number;
  reorder_depth?: number;
  sample_rate?: number;
  channels?: number;
  bitrate_bps?: number;
  measured_fps?: number;
  frames?: number;
  media_type?: string;
  label?: string;
}

export interface StreamFacts {
  name: string;
  state: StreamState;
  since: string;
  publisher: PublisherFacts | null;
  publishers: PublisherFacts[];
  tracks: TrackFacts[];
  readers: { total: number; by_protocol: Record<string, number> };
  bitrate_bps: number;
  keyframe_interval_ms: number;
  /** Repairs of the timeline, by kind. */
  repairs: Record<string, number>;
  gaps: { readers_lapped: number; frames_lost: number };
  ring: { bytes: number; duration_ms: number; groups: number };
  /** What this publisher's device did against the specification, by kind. */
  quirks: Record<string, number>;
  addresses: Record<string, string>;
}

export interface ServerInfo {
  version: string;
  demo: boolean;
  started: string;
  /** "host:port" per listener; empty when it is off. */
  listen: { http: string; https: string; rtmp: string; rtmps: string };
  now: string;
}

export interface StreamsMessage {
  type: "streams";
  streams: StreamFacts[];
  now: string;
}

export interface ErrorBody {
  error: { code: string; message: string };
}

export function videoTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "video");
}

export function audioTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "audio");
}
