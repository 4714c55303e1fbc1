import type { MediaFacts, Rung, TransportKind, WhyNot } from "./transport";

export interface PassedOver {
  kind: TransportKind;
  why: WhyNot;
}

/** What stays true however often it is tried. */
const kLasting = new Set<WhyNot>(["unsupported", "codec"]);

/** The transports in the order of preference, and what is known against each. The first that nothing speaks against is taken. */
export class Ladder {
  private readonly found = new Map<TransportKind, WhyNot>();
  private media: MediaFacts = {};

  constructor(private readonly rungs: readonly Rung[]) {}

  current(): Rung | null {
    return this.rungs.find((rung) => this.whyNot(rung.kind) === null) ?? null;
  }

  /** Something is left to try after `kind`. */
  hasBelow(kind: TransportKind): boolean {
    const at = this.rungs.findIndex((rung) => rung.kind === kind);
    return this.rungs.slice(at + 1).some((rung) => this.whyNot(rung.kind) === null);
  }

  whyNot(kind: TransportKind): WhyNot | null {
    const rung = this.rungs.find((one) => one.kind === kind);
    return rung ? (this.found.get(kind) ?? rung.whyNot(this.media)) : null;
  }

  /** Found out by trying. */
  pass(kind: TransportKind, why: WhyNot): void {
    this.found.set(kind, why);
  }

  /** A stream with another codec is another question. False when nothing changed. */
  setMedia(media: MediaFacts): boolean {
    if (media.video === this.media.video && media.audio === this.media.audio) return false;
    this.media = media;
    for (const [kind, why] of this.found) if (why === "codec" || why === "no_media") this.found.delete(kind);
    return true;
  }

  /** The world changed, or nothing is left: what spoke against a transport may speak no more. */
  forgive(): void {
    for (const [kind, why] of this.found) if (!kLasting.has(why)) this.found.delete(kind);
  }

  /** Nothing is left, and the codec is why. */
  codecIsToBlame(): boolean {
    const reasons = this.rungs.map((rung) => this.whyNot(rung.kind));
    return reasons.every((why) => why !== null && kLasting.has(why)) && reasons.includes("codec");
  }

  /** The better ones that were not taken, and why; best first. */
  passedOver(): PassedOver[] {
    const taken = this.current();
    const above = taken ? this.rungs.slice(0, this.rungs.indexOf(taken)) : this.rungs;
    return above.map(({ kind }) => ({ kind, why: this.whyNot(kind) ?? "unsupported" }));
  }
}
