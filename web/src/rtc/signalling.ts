/** What WHIP [RFC 9725] and WHEP [draft-ietf-wish-whep] share: an offer goes out by POST, an answer comes back. */
export interface Answer {
  sdp: string;
  /** The session's own address: DELETE ends it. */
  location: string;
  iceServers: RTCIceServer[];
}

const kPostMs = 8000;
const kPatchMs = 3000;
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

/**
 * Restarts ICE in place [RFC 9725 4.3.3]: our fragment goes out by PATCH, the server's comes back. Errors: as
 * postOffer(); a session that is gone is a Refusal.
 */
export async function patchFragment(location: string, fragment: string, signal: AbortSignal): Promise<string> {
  const response = await fetch(location, {
    method: "PATCH",
    headers: { "content-type": "application/trickle-ice-sdpfrag", "if-match": "*" },
    body: fragment,
    cache: "no-store",
    signal: within(kPatchMs, signal),
  });
  const text = await response.text();
  if (!response.ok) throw new Refusal(response.status, wordsOf(text));
  return text;
}

const kCredentials = ["ice-ufrag", "ice-pwd"];
const valueOf = (sdp: string, name: string) => new RegExp(`^a=${name}:(\\S+)`, "m").exec(sdp)?.[1] ?? "";

/** The ICE credentials of an offer, as PATCH wants them [RFC 8840 9]. */
export function fragmentOf(sdp: string): string {
  const lines = kCredentials.map((name) => `a=${name}:${valueOf(sdp, name)}`);
  const media = /^m=.*$/m.exec(sdp)?.[0].trim() ?? "";
  return [...lines, media, `a=mid:${valueOf(sdp, "mid")}`, ""].join("\r\n");
}

/** The same answer with the credentials of a fragment. */
export function withCredentials(answer: string, fragment: string): string {
  const changed = (sdp: string, name: string) => sdp.replace(new RegExp(`^a=${name}:\\S+`, "gm"), `a=${name}:${valueOf(fragment, name)}`);
  return kCredentials.reduce(changed, answer);
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
