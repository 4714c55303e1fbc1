import { expect, it } from "vitest";
import { BadLine, parseOptions } from "./options_text";

it("reads one option a line", () => {
  expect(parseOptions(" transport = tcp\n\nstreamid=#!::r=live/a,m=request\n")).toEqual({ transport: "tcp", streamid: "#!::r=live/a,m=request" });
  expect(parseOptions("  \n")).toEqual({});
});

it("says which line is none", () => {
  for (const bad of ["transport", "=tcp", "transport="]) expect(() => parseOptions(`a=b\n${bad}`), bad).toThrow(new BadLine(bad));
});
