import { sendFigures, type SendFigures, type SendLook } from "./send_stats";
import { RtcSession } from "./session";
import { Refusal } from "./signalling";

const kFirstPauseMs = 500;
/** A path that carries less than this is found out within a second, without much harm. */
const kStartBitrateMax = 1_500_000;
const kSlowestPauseMs = 8000;
/** After a loss the server may take our own dead session for another publisher; so long it is asked again. */
const kGhostMs = 30_000;

export type PublishFailure =
  /** Somebody else publishes under this name. */
  | "taken"
  /** The server takes nothing by WHIP. */
  | "no_route"
  | "busy"
  | "refused"
  /** This browser and the server found no codec in common, or no terms. */
  | "misfit";

export type PublishState =
  | { kind: "idle" }
  | { kind: "connecting" }
  | { kind: "live" }
  | { kind: "retrying"; attempt: number }
  /** `message`: the server's own words. */
  | { kind: "error"; reason: PublishFailure; message: string };

export interface PublishOptions {
  simulcast: boolean;
  bitrateBps: number;
}

/** Sends one camera or screen by WHIP, and goes on by itself after a lost network or a restarted server. */
export class WhipPublisher {
  private readonly listeners = new Set<() => void>();
  private session: RtcSession | null = null;
  private state: PublishState = { kind: "idle" };
  private attempts = 0;
  private lostAtMs = Number.NEGATIVE_INFINITY;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private look: SendLook | null = null;

  constructor(
    private readonly url: string,
    private media: MediaStream,
    private readonly options: PublishOptions,
    private readonly now: () => number = () => performance.now(),
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly getState = (): PublishState => this.state;

  start(): void {
    this.attempts = 0;
    this.say({ kind: "connecting" });
    this.connect();
  }

  stop(): void {
    clearTimeout(this.timer);
    this.drop();
    this.say({ kind: "idle" });
  }

  /** Another camera or screen takes the place of the one on air, without a new session. */
  async replace(media: MediaStream): Promise<void> {
    this.media = media;
    const senders = this.session?.peer.getTransceivers() ?? [];
    await Promise.all(senders.map(({ sender }, i) => sender.replaceTrack(this.tracks()[i]?.track ?? null)));
  }

  async figures(): Promise<SendFigures | null> {
    const { session } = this;
    if (!session?.connected) return null;
    const { figures, look } = sendFigures((await session.peer.getStats()).values() as Iterable<never>, this.look);
    this.look = look;
    return figures;
  }

  private connect(): void {
    const read = (sdp: string) => withStartBitrate(sdp, Math.min(kStartBitrateMax, this.options.bitrateBps / 2));
    const session: RtcSession = new RtcSession({ url: this.url, read }, {
      connected: () => {
        this.attempts = 0;
        this.say({ kind: "live" });
      },
      lost: (before) => {
        if (before) this.lostAtMs = this.now();
        this.retry();
      },
    });
    this.session = session;
    this.look = null;
    for (const { kind, track } of this.tracks()) {
      const sendEncodings = kind === "video" ? encodings(this.options) : undefined;
      prefer(session.peer.addTransceiver(track ?? kind, { direction: "sendonly", streams: [this.media], sendEncodings }), kind);
    }
    session.open().catch((error: unknown) => {
      if (session.closed) return;
      session.close();
      this.refused(error);
    });
  }

  /** In the order of the transceivers. A source without sound has no transceiver for it. */
  private tracks(): { kind: "video" | "audio"; track: MediaStreamTrack | undefined }[] {
    const [video] = this.media.getVideoTracks();
    const [audio] = this.media.getAudioTracks();
    return audio ? [{ kind: "video", track: video }, { kind: "audio", track: audio }] : [{ kind: "video", track: video }];
  }

  private refused(error: unknown): void {
    const reason = reasonOf(error);
    const ghost = reason === "taken" && this.now() - this.lostAtMs < kGhostMs;
    if (reason === null || ghost) return this.retry();
    this.drop();
    this.say({ kind: "error", reason, message: error instanceof Error ? error.message : "" });
  }

  private retry(): void {
    this.drop();
    const pause = Math.min(kSlowestPauseMs, kFirstPauseMs * 2 ** Math.min(this.attempts++, 10));
    this.say({ kind: "retrying", attempt: this.attempts });
    this.timer = setTimeout(() => this.connect(), pause);
  }

  private drop(): void {
    this.session?.close();
    this.session = null;
  }

  private say(state: PublishState): void {
    this.state = state;
    for (const listener of this.listeners) listener();
  }
}

/** Chromium begins at 300 kbit/s and takes many seconds to find out that a good path carries more. */
export function withStartBitrate(sdp: string, bps: number): string {
  const kbps = Math.round(bps / 1000);
  return sdp
    .split(/(?=^m=)/m)
    .map((media) => (media.startsWith("m=video") ? media.replace(/^(a=fmtp:\d+ (?!apt=).*?)(\r?)$/gm, `$1;x-google-start-bitrate=${kbps}$2`) : media))
    .join("");
}

/** Null when it is worth another try. */
export function reasonOf(error: unknown): PublishFailure | null {
  if (error instanceof DOMException) return error.name === "TimeoutError" || error.name === "AbortError" ? null : "misfit";
  if (!(error instanceof Refusal)) return null;
  if (error.status === 409) return "taken";
  if (error.status === 404 || error.status === 405 || error.status === 501) return "no_route";
  if (error.status === 406 || error.status === 415 || error.status === 422) return "misfit";
  if (error.status === 429 || error.status === 503) return "busy";
  return error.status >= 500 ? null : "refused";
}

/** Smallest first, as browsers drop them from the end when they must. */
function encodings({ simulcast, bitrateBps }: PublishOptions): RTCRtpEncodingParameters[] {
  if (!simulcast) return [{ maxBitrate: bitrateBps }];
  return [
    { rid: "q", scaleResolutionDownBy: 4, maxBitrate: Math.round(bitrateBps / 10) },
    { rid: "h", scaleResolutionDownBy: 2, maxBitrate: Math.round(bitrateBps / 4) },
    { rid: "f", maxBitrate: bitrateBps },
  ];
}

/** H.264 first: it is what every way out of the server carries, so nobody has to encode again. */
function prefer(transceiver: RTCRtpTransceiver, kind: "video" | "audio"): void {
  const codecs = kind === "video" ? RTCRtpSender.getCapabilities?.("video")?.codecs : undefined;
  if (!codecs) return;
  const rank = ({ mimeType }: { mimeType: string }) => (/h264/i.test(mimeType) ? 0 : 1);
  transceiver.setCodecPreferences?.([...codecs].sort((a, b) => rank(a) - rank(b)));
}
