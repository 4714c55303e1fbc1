import { deleteSession, fragmentOf, patchFragment, postOffer, withCredentials } from "./signalling";

/** Time for ICE and DTLS after the answer; on a path that lets them through they take a few round trips. */
const kConnectMs = 5000;
/** ICE says "disconnected" at the first missed checks; a path that is only slow comes back by itself. */
const kGraceMs = 2000;

export interface SessionOptions {
  url: string;
  /** What the browser is to make of the answer; as it is by default. */
  read?: (sdp: string) => string;
}

export interface SessionEvents {
  connected(): void;
  /** Once, and not after close(). `before`: media had flowed on this session. */
  lost(before: boolean): void;
}

/**
 * One peer connection with the server, from its offer to its DELETE. Used once: whoever wants another path makes
 * another session.
 */
export class RtcSession {
  readonly peer: RTCPeerConnection;
  private readonly aborting = new AbortController();
  private location = "";
  private everConnected = false;
  /** ICE was restarted since it last was connected: a second time would help no more. */
  private restarted = false;
  private deadline: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly options: SessionOptions,
    private readonly events: SessionEvents,
  ) {
    this.peer = new RTCPeerConnection({ bundlePolicy: "max-bundle", rtcpMuxPolicy: "require" });
    this.peer.addEventListener("connectionstatechange", this.onState);
    window.addEventListener("pagehide", this.close);
    window.addEventListener("online", this.onOnline);
  }

  get connected(): boolean {
    return this.peer.connectionState === "connected";
  }

  get closed(): boolean {
    return this.aborting.signal.aborted;
  }

  /**
   * Errors: as postOffer(). The offer carries no candidates: the server is ICE-lite and learns our address from our
   * checks, so there is nothing to gather before it is asked, and nothing to trickle after.
   */
  async open(): Promise<void> {
    const offer = await this.peer.createOffer();
    const answer = await postOffer(this.options.url, offer.sdp ?? "", this.aborting.signal);
    this.location = answer.location;
    if (this.closed) return deleteSession(answer.location);
    // Between offer and setLocalDescription, so that gathering already knows of the relays that the answer names.
    if (answer.iceServers.length > 0) this.peer.setConfiguration({ ...this.peer.getConfiguration(), iceServers: answer.iceServers });
    this.wait(kConnectMs);
    await this.peer.setLocalDescription(offer);
    await this.peer.setRemoteDescription({ type: "answer", sdp: this.options.read?.(answer.sdp) ?? answer.sdp });
  }

  readonly close = (): void => {
    if (this.closed) return;
    this.aborting.abort();
    clearTimeout(this.deadline);
    window.removeEventListener("pagehide", this.close);
    window.removeEventListener("online", this.onOnline);
    this.peer.removeEventListener("connectionstatechange", this.onState);
    this.peer.close();
    deleteSession(this.location);
  };

  private readonly onState = (): void => {
    switch (this.peer.connectionState) {
      case "connected":
        clearTimeout(this.deadline);
        this.everConnected = true;
        this.restarted = false;
        return this.events.connected();
      case "disconnected":
        return this.wait(kGraceMs);
      case "failed":
        return this.lose();
      default:
    }
  };

  private wait(ms: number): void {
    clearTimeout(this.deadline);
    this.deadline = setTimeout(() => this.lose(), ms);
  }

  /** Another network: the path may be dead though nothing has noticed yet. */
  private readonly onOnline = (): void => {
    if (this.everConnected) this.lose();
  };

  /** The same session over another path. Its media go on, and nothing is negotiated anew. */
  private async restart(): Promise<void> {
    this.wait(kConnectMs);
    const offer = await this.peer.createOffer({ iceRestart: true });
    const fragment = await patchFragment(this.location, fragmentOf(offer.sdp ?? ""), this.aborting.signal);
    if (this.closed) return;
    const answer = withCredentials(this.peer.remoteDescription?.sdp ?? "", fragment);
    await this.peer.setLocalDescription(offer);
    await this.peer.setRemoteDescription({ type: "answer", sdp: answer });
    if (this.connected) this.onState();
  }

  private lose(): void {
    if (this.closed) return;
    if (this.everConnected && !this.restarted) {
      this.restarted = true;
      this.restart().catch(() => this.lose());
      return;
    }
    this.close();
    this.events.lost(this.everConnected);
  }
}
