/** What WHIP [RFC 9725] and WHEP [draft-ietf-wish-whep] share: an offer goes out by POST, an answer comes back. */
export interface Answer {
  sdp: string;
  /** The session's own address: DELETE ends it. */
  location: string;
  iceServers: RTCIceServer[];
}

const kPostMs = 8000;
const kTextMax = 300;

/** The server answered, and said no. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
    this.name = "Refusal";
  }
}

/** Errors: Refusal when the server said no; TypeError or a DOMException when it could not be asked. */
export async function postOffer(url: string, sdp: string, signal: AbortSignal): Promise<Answer> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/sdp", accept: "application/sdp" },
    body: sdp,
    cache: "no-store",
    signal: within(kPostMs, signal),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(response.status, wordsOf(text));
  const location = response.headers.get("location");
  return {
    sdp: text,
    location: location ? new URL(location, response.url || url).href : "",
    iceServers: iceServersFromLink(response.headers.get("link")),
  };
}

/** AbortSignal.any() is younger than browsers that know WebRTC well. */
function within(ms: number, signal: AbortSignal): AbortSignal {
  const either = new AbortController();
  const timer = setTimeout(() => either.abort(new DOMException("no answer in time", "TimeoutError")), ms);
  either.signal.addEventListener("abort", () => clearTimeout(timer));
  if (signal.aborted) either.abort();
  else signal.addEventListener("abort", () => either.abort(), { once: true });
  return either.signal;
}

/** Ends a session; also while the page is being left, so nobody waits for the answer. */
export function deleteSession(location: string): void {
  if (location) void fetch(location, { method: "DELETE", keepalive: true }).catch(() => undefined);
}

/** The API's errors are JSON; a proxy in between speaks as it likes. */
function wordsOf(text: string): string {
  try {
    const message = (JSON.parse(text) as { error?: { message?: unknown } }).error?.message;
    if (typeof message === "string") return message;
  } catch {
    // Not JSON: the text itself is the message.
  }
  return text.slice(0, kTextMax);
}

/** One link of a Link header [RFC 8288 3]: its target and its parameters. */
const kLink = /<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^",;\s]*))*)/g;
const kParameter = /([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^",;\s]*))/g;

/** The STUN and TURN servers that an answer names [RFC 9725 4.6]. */
export function iceServersFromLink(header: string | null): RTCIceServer[] {
  const servers: RTCIceServer[] = [];
  for (const [, target = "", rest = ""] of (header ?? "").matchAll(kLink)) {
    const parameters = new Map<string, string>();
    for (const [, name = "", quoted, bare] of rest.matchAll(kParameter)) {
      parameters.set(name.toLowerCase(), quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "");
    }
    if (parameters.get("rel") !== "ice-server" || !/^(stun|turn)s?:/.test(target)) continue;
    const username = parameters.get("username");
    servers.push(username === undefined ? { urls: target } : { urls: target, username, credential: parameters.get("credential") ?? "" });
  }
  return servers;
}
