import type { FailureReason } from "./transport";

/** What the server says of the stream. "unknown" until it has spoken. */
export type Presence = "unknown" | "live" | "waiting" | "absent";

export type PlayerState =
  /** Nobody asked for a picture: not started, paused, or the browser wants a click first. */
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "playing" }
  /** The publisher is away; the viewer stays connected. */
  | { kind: "waiting_for_publisher" }
  | { kind: "retrying"; reason: FailureReason; attempt: number }
  /** Nothing to do but wait for the world to change; it is still tried again, slowly. */
  | { kind: "error"; reason: FailureReason };

export interface Situation {
  wanted: boolean;
  presence: Presence;
  /** The playhead moved within the last moments. */
  moving: boolean;
  everMoved: boolean;
  failure: { reason: FailureReason; attempt: number } | null;
}

/** One sentence for the viewer out of all that is known. Pure. */
export function describeState(now: Situation): PlayerState {
  if (!now.wanted) return { kind: "idle" };
  if (now.moving) return { kind: "playing" };
  if (now.failure?.reason === "codec") return { kind: "error", reason: "codec" };
  if (now.presence === "waiting") return { kind: "waiting_for_publisher" };
  if (now.presence === "absent") return now.everMoved ? { kind: "waiting_for_publisher" } : { kind: "error", reason: "not_found" };
  if (now.failure) return describeFailure(now.failure, now.presence);
  return { kind: "connecting" };
}

function describeFailure(failure: { reason: FailureReason; attempt: number }, presence: Presence): PlayerState {
  // The list names the stream, so a missing playlist only means that its first segment is not cut yet.
  if (failure.reason === "not_found" && presence === "live") return { kind: "connecting" };
  if (failure.reason === "not_found") return { kind: "error", reason: "not_found" };
  return { kind: "retrying", reason: failure.reason, attempt: failure.attempt };
}

export function sameState(a: PlayerState, b: PlayerState): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
