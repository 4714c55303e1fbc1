import type { ErrorBody, FilePlayer, Library, NewPull, NewPush, Pull, PullChange, Push, PushChange, ServerInfo, StreamFacts, StreamsBody } from "./contract";
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

async function call<T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown): Promise<T> {
  const response = await fetch(`/api/v1${path}`, {
    method,
    headers: { accept: "application/json", ...(body === undefined ? {} : { "content-type": "application/json" }) },
    body: body === undefined ? undefined : JSON.stringify(body),
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

/** A pull's address: its name may be a template, and others of its name differ in rank. */
function pullPath(pull: Pick<Pull, "name" | "rank">): string {
  return `/pulls/${streamPath(pull.name)}`;
}
const rankOf = (pull: Pick<Pull, "rank">) => `?rank=${pull.rank}`;
const pushPath = (push: Pick<Push, "id">) => `/pushes/${encodeURIComponent(push.id)}`;

export async function fetchPulls(): Promise<Pull[]> {
  return (await call<{ pulls: Pull[] }>("GET", "/pulls")).pulls;
}
export const addPull = (pull: NewPull) => call<Pull>("POST", "/pulls", pull);
export const changePull = (pull: Pull, change: PullChange) => call<Pull>("PATCH", pullPath(pull) + rankOf(pull), change);
export const dropPull = (pull: Pull) => call<void>("DELETE", pullPath(pull) + rankOf(pull));
export const restartPull = (pull: Pull) => call<Pull>("POST", `${pullPath(pull)}/restart${rankOf(pull)}`);

export async function fetchPushes(): Promise<Push[]> {
  return (await call<{ pushes: Push[] }>("GET", "/pushes")).pushes;
}
export const addPush = (push: NewPush) => call<Push>("POST", "/pushes", push);
export const changePush = (push: Push, change: PushChange) => call<Push>("PATCH", pushPath(push), change);
export const dropPush = (push: Push) => call<void>("DELETE", pushPath(push));
export const restartPush = (push: Push) => call<Push>("POST", `${pushPath(push)}/restart`);

export async function fetchFiles(): Promise<FilePlayer[]> {
  return (await call<{ files: FilePlayer[] }>("GET", "/files")).files;
}
export const fetchLibrary = () => call<Library>("GET", "/library");
const filesPath = (player: Pick<FilePlayer, "name">) => `/files/${streamPath(player.name)}`;
/** To an entry of the queue; without one, to the next. */
export const skipFile = (player: FilePlayer, to?: number) => call<FilePlayer>("POST", `${filesPath(player)}/skip`, to === undefined ? {} : { to });
export const queueFile = (player: FilePlayer, file: string) => call<FilePlayer>("POST", `${filesPath(player)}/queue`, { file });
export const moveFile = (player: FilePlayer, entry: number, index: number) => call<FilePlayer>("PATCH", `${filesPath(player)}/queue/${entry}`, { index });
export const unqueueFile = (player: FilePlayer, entry: number) => call<FilePlayer>("DELETE", `${filesPath(player)}/queue/${entry}`);

/** Sends a file; fetch() would not tell how far it is. Rejects with ApiError, or with AbortError when it was called off. */
export function uploadFile(file: File, onProgress: (share: number) => void, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", `/api/v1/library/${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.onprogress = (event) => onProgress(event.loaded / Math.max(1, event.total));
    request.onload = () => (request.status === 201 ? resolve() : reject(refusal(request.status, request.responseText)));
    request.onerror = () => reject(new ApiError(0, "network", ""));
    request.onabort = () => reject(new DOMException("called off", "AbortError"));
    signal.addEventListener("abort", () => request.abort());
    request.send(file);
  });
}
