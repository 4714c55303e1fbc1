import { expect, it } from "vitest";
import { Ladder } from "./ladder";
import type { MediaFacts, Rung, TransportKind, WhyNot } from "./transport";

function rung(kind: TransportKind, whyNot: (media: MediaFacts) => WhyNot | null = () => null): Rung {
  return { kind, whyNot, open: () => Promise.reject(new Error("not opened here")) };
}
const noHevc = (media: MediaFacts) => (media.video === "hvc1" ? "codec" : null);

it("takes the first that nothing speaks against", () => {
  const ladder = new Ladder([rung("whep", () => "unsupported"), rung("ll-hls"), rung("http-flv")]);
  expect(ladder.current()?.kind).toBe("ll-hls");
  expect(ladder.passedOver()).toEqual([{ kind: "whep", why: "unsupported" }]);
});

it("steps down one by one, and knows when nothing is left", () => {
  const ladder = new Ladder([rung("whep"), rung("ll-hls")]);
  expect(ladder.hasBelow("whep")).toBe(true);
  ladder.pass("whep", "blocked");
  expect(ladder.current()?.kind).toBe("ll-hls");
  expect(ladder.hasBelow("ll-hls")).toBe(false);
  ladder.pass("ll-hls", "no_route");
  expect(ladder.current()).toBeNull();
  expect(ladder.codecIsToBlame()).toBe(false);
});

it("forgives what may have changed, and not what a browser lacks", () => {
  const ladder = new Ladder([rung("whep"), rung("ll-hls"), rung("http-flv")]);
  ladder.pass("whep", "codec");
  ladder.pass("ll-hls", "busy");
  ladder.forgive();
  expect(ladder.current()?.kind).toBe("ll-hls");
});

it("asks anew when the stream's codec changes", () => {
  const ladder = new Ladder([rung("whep"), rung("ll-hls", noHevc)]);
  ladder.setMedia({ video: "hvc1" });
  ladder.pass("whep", "codec");
  expect(ladder.current()).toBeNull();
  expect(ladder.codecIsToBlame()).toBe(true);
  expect(ladder.setMedia({ video: "avc1" })).toBe(true);
  expect(ladder.setMedia({ video: "avc1" })).toBe(false);
  expect(ladder.current()?.kind).toBe("whep");
});
