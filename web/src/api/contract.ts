/**
 * The shapes of /api/v1 by the names that the page calls them. They are generated from the server's own
 * description (`npm run generate`). Times are ISO 8601 with milliseconds; `_ms` and `_bps` say their units.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type PublisherFacts = Schemas["Publisher"];
export type TrackFacts = Schemas["Track"];
export type StreamFacts = Schemas["Stream"];
export type StreamsBody = Schemas["Streams"];
/** "host:port" per listener; empty when it is off. */
export type ServerInfo = Schemas["Info"];
export type StreamsMessage = Schemas["LiveUpdate"];
export type ErrorBody = Schemas["Error"];

export function videoTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "video");
}

export function audioTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "audio");
}
