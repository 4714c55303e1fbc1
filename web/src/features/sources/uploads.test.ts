import { expect, it } from "vitest";
import { uploadsAfter, type Upload, type UploadEvent } from "./uploads";

const after = (...events: UploadEvent[]) => events.reduce(uploadsAfter, [] as Upload[]);

it("an upload goes on to its end", () => {
  const list = after({ kind: "begun", id: 1, file: "a.mp4" }, { kind: "begun", id: 2, file: "b.mp4" }, { kind: "sent", id: 1, share: 0.5 });
  expect(list).toEqual([
    { id: 1, file: "a.mp4", share: 0.5, state: "sending", why: "" },
    { id: 2, file: "b.mp4", share: 0, state: "sending", why: "" },
  ]);
  expect(uploadsAfter(list, { kind: "done", id: 1 })[0]).toMatchObject({ share: 1, state: "done" });
});

it("one that failed says why, and what was called off comes no more", () => {
  const list = after({ kind: "begun", id: 1, file: "a.mp4" }, { kind: "failed", id: 1, why: "the disk has no room for it" });
  expect(list[0]).toMatchObject({ state: "failed", why: "the disk has no room for it" });
  const removed = uploadsAfter(list, { kind: "removed", id: 1 });
  expect(uploadsAfter(removed, { kind: "failed", id: 1, why: "late" })).toEqual([]);
});
