import type { StreamFacts, StreamsMessage } from "./contract";
import { serverClock } from "./server_clock";

export interface LiveSnapshot {
  /** Null until the first message: "not known yet" is not "none". */
  streams: readonly StreamFacts[] | null;
  connected: boolean;
}

const kFirstRetryMs = 500;
const kSlowestRetryMs = 10_000;
/** The server speaks at least each second; a socket that is silent this long is dead whatever the kernel thinks. */
const kSilenceMs = 6000;

export interface SocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: (() => void) | null;
  close(): void;
}

/**
 * The live list of streams over /api/v1/ws. Connects while somebody listens, and never gives up.
 * The last list stays readable while the line is down.
 */
export class LiveStreams {
  private snapshot: LiveSnapshot = { streams: null, connected: false };
  private readonly listeners = new Set<() => void>();
  private socket: SocketLike | null = null;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private silence: ReturnType<typeof setTimeout> | undefined;
  private attempts = 0;

  /** `heard` is told the server's time of each message, in Unix milliseconds. */
  constructor(
    private readonly open: () => SocketLike,
    private readonly heard: (serverMs: number) => void = () => {},
  ) {}

  readonly getSnapshot = (): LiveSnapshot => this.snapshot;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    if (this.listeners.size === 1) this.connect();
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size === 0) this.disconnect();
    };
  };

  private connect(): void {
    clearTimeout(this.retry);
    const socket = this.open();
    this.socket = socket;
    this.watchSilence();
    socket.onmessage = (event) => this.receive(event.data);
    socket.onclose = () => {
      if (this.socket === socket) this.lost();
    };
  }

  private receive(data: unknown): void {
    this.watchSilence();
    const message = parse(data);
    if (!message) return;
    this.attempts = 0;
    this.heard(Date.parse(message.now));
    this.publish({ streams: message.streams, connected: true });
  }

  private lost(): void {
    this.drop();
    if (this.snapshot.connected) this.publish({ ...this.snapshot, connected: false });
    const delay = Math.min(kSlowestRetryMs, kFirstRetryMs * 2 ** this.attempts++);
    this.retry = setTimeout(() => this.connect(), delay);
  }

  private disconnect(): void {
    clearTimeout(this.retry);
    this.drop();
    this.attempts = 0;
    this.snapshot = { ...this.snapshot, connected: false };
  }

  private drop(): void {
    clearTimeout(this.silence);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  private watchSilence(): void {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), kSilenceMs);
  }

  private publish(next: LiveSnapshot): void {
    this.snapshot = next;
    for (const listener of this.listeners) listener();
  }
}

function parse(data: unknown): StreamsMessage | null {
  if (typeof data !== "string") return null;
  try {
    const message = JSON.parse(data) as Partial<StreamsMessage>;
    return message.type === "streams" && Array.isArray(message.streams) ? (message as StreamsMessage) : null;
  } catch {
    return null;
  }
}

function openSocket(): SocketLike {
  const scheme = location.protocol === "https:" ? "wss:" : "ws:";
  return new WebSocket(`${scheme}//${location.host}/api/v1/ws`) as SocketLike;
}

export const liveStreams = new LiveStreams(openSocket, (serverMs) => serverClock.heard(serverMs));
