import type { ErrorBody, ServerInfo, StreamFacts, StreamsBody } from "./contract";
import { serverClock } from "./server_clock";

const kTimeoutMs = 8000;

/** The server answered, and said no. `code` is the API's own word, such as "not_found". */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

async function call<T>(method: "GET" | "POST", path: string): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: { accept: "application/json" },
    cache: "no-store",
    signal: AbortSignal.timeout(kTimeoutMs),
  });
  const text = await response.text();
  if (!response.ok) throw refusal(response.status, text);
  return (text === "" ? undefined : JSON.parse(text)) as T;
}

function refusal(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as ErrorBody;
    return new ApiError(status, error.code, error.message);
  } catch {
    // A proxy in front of the server answers in its own words.
    return new ApiError(status, "http", text.slice(0, 200));
  }
}

/** "live/alpha" -> "live/alpha", each part escaped by itself. */
export function streamPath(name: string): string {
  return name.split("/").map(encodeURIComponent).join("/");
}

export async function fetchInfo(): Promise<ServerInfo> {
  const asked = performance.now();
  const info = await call<ServerInfo>("GET", "/info");
  serverClock.sample(Date.parse(info.now), performance.now() - asked);
  return info;
}

export async function fetchStreams(): Promise<StreamFacts[]> {
  return (await call<StreamsBody>("GET", "/streams")).streams;
}

/** Ends the publisher's session so that it connects anew, with an empty queue. */
export async function askToReconnect(name: string): Promise<void> {
  await call<unknown>("POST", `/streams/${streamPath(name)}/reconnect`);
}
