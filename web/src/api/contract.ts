/**
 * The shapes of /api/v1 by the names that the page calls them. They are generated from the server's own
 * description (`npm run generate`). Times are ISO 8601 with milliseconds; `_ms` and `_bps` say their units.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type PublisherFacts = Schemas["Publisher"];
/** A reader that measures its path, as SRT's do. */
export type ReaderPath = Schemas["ReaderPath"];
export type TrackFacts = Schemas["Track"];
export type StreamFacts = Schemas["Stream"];
export type AlarmFacts = Schemas["Alarm"];
export type StreamsBody = Schemas["Streams"];
/** "host:port" per listener; empty when it is off. */
export type ServerInfo = Schemas["Info"];
export type StreamsMessage = Schemas["LiveUpdate"];
export type ErrorBody = Schemas["Error"];
export type Pull = Schemas["Pull"];
export type Push = Schemas["Push"];
export type NewPull = Schemas["NewPull"];
export type NewPush = Schemas["NewPush"];
export type PullChange = Schemas["PullChange"];
export type PushChange = Schemas["PushChange"];
export type FilePlayer = Schemas["FilePlayer"];
export type FileEntry = Schemas["FileEntry"];
export type Library = Schemas["Library"];

/** As the publisher sent it, in its best rendition. */
export function videoTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "video" && !track.derived_from && !track.rendition);
}

/** The same picture in other sizes, as the publisher sent them. */
export function renditions(stream: StreamFacts): TrackFacts[] {
  return stream.tracks.filter((track) => track.kind === "video" && !track.derived_from && track.rendition > 0);
}

/** What the server makes for viewers who could not take the original. */
export function derivedTracks(stream: StreamFacts, kind: TrackFacts["kind"]): TrackFacts[] {
  return stream.tracks.filter((track) => track.kind === kind && track.derived_from > 0);
}

/**
 * Readers that the server itself keeps, such as HLS's packager and workers, look at a stream for others; who takes its
 * data, as this page does, watches it some other way or not at all.
 */
function isViewer(protocol: string): boolean {
  return !protocol.endsWith("_packager") && protocol !== "worker" && protocol !== "data";
}

/** The people who watch, by protocol. */
export function viewersByProtocol(stream: StreamFacts): [protocol: string, count: number][] {
  return Object.entries(stream.readers.by_protocol).filter(([protocol]) => isViewer(protocol));
}

export function viewerCount(stream: StreamFacts): number {
  return viewersByProtocol(stream).reduce((sum, [, count]) => sum + count, 0);
}

export function audioTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "audio" && !track.derived_from);
}

/** What the aircraft says of itself, as JSON. */
export function telemetryTrack(stream: StreamFacts): TrackFacts | undefined {
  return stream.tracks.find((track) => track.kind === "data" && /^application\/(.*\+)?json/.test(track.media_type));
}
