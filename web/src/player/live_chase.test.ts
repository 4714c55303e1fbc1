import { describe, expect, it } from "vitest";
import { paceOf } from "./live_chase";

describe("paceOf", () => {
  it("plays at the natural rate where it should stand", () => {
    expect(paceOf({ behindS: 0.05, bufferedS: 0.6, rate: 1 })).toEqual({ rate: 1 });
    expect(paceOf({ behindS: -0.2, bufferedS: 0.4, rate: 1 })).toEqual({ rate: 1 });
  });
  it("chases gently when a little late, and never faster than a tenth", () => {
    expect(paceOf({ behindS: 0.2, bufferedS: 0.8, rate: 1 })).toEqual({ rate: 1.05 });
    expect(paceOf({ behindS: 3, bufferedS: 3.5, rate: 1 })).toEqual({ rate: 1.1 });
  });
  it("goes on with a chase until it is close, so that the rate does not flutter", () => {
    expect(paceOf({ behindS: 0.06, bufferedS: 0.6, rate: 1.05 })).toEqual({ rate: 1.05 });
    expect(paceOf({ behindS: 0.02, bufferedS: 0.6, rate: 1.05 })).toEqual({ rate: 1 });
  });
  it("does not hurry into an empty buffer", () => {
    expect(paceOf({ behindS: 1, bufferedS: 0.2, rate: 1.1 })).toEqual({ rate: 1 });
  });
  it("jumps when very late, but only to what is in the buffer", () => {
    expect(paceOf({ behindS: 5, bufferedS: 5.6, rate: 1 })).toBe("jump");
    expect(paceOf({ behindS: 5, bufferedS: 1, rate: 1 })).toEqual({ rate: 1.1 });
  });
});
