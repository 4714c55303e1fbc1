import { useEffect, useReducer, useRef } from "react";
import { uploadFile } from "@/api/client";
import { useFilesAction } from "@/api/hooks";

export interface Upload {
  id: number;
  file: string;
  /** 0 to 1. */
  share: number;
  state: "sending" | "done" | "failed";
  /** In the server's words; empty when it said nothing. */
  why: string;
}

export type UploadEvent = { kind: "begun"; id: number; file: string } | { kind: "sent"; id: number; share: number } | { kind: "done"; id: number } | { kind: "failed"; id: number; why: string } | { kind: "removed"; id: number };

export function uploadsAfter(list: Upload[], event: UploadEvent): Upload[] {
  const change = (to: Partial<Upload>) => list.map((one) => (one.id === event.id ? { ...one, ...to } : one));
  switch (event.kind) {
    case "begun":
      return [...list, { id: event.id, file: event.file, share: 0, state: "sending", why: "" }];
    case "sent":
      return change({ share: event.share });
    case "done":
      return change({ share: 1, state: "done" });
    case "failed":
      return change({ state: "failed", why: event.why });
    case "removed":
      return list.filter((one) => one.id !== event.id);
  }
}

export interface Uploads {
  list: Upload[];
  add: (files: File[]) => void;
  /** Calls it off when it is still under way. */
  remove: (id: number) => void;
}

/** Files that are sent to the server, one after another; they are called off when the page is left. */
export function useUploads(): Uploads {
  const [list, tell] = useReducer(uploadsAfter, []);
  const calls = useRef(new Map<number, AbortController>());
  const next = useRef(0);
  const queue = useRef<Promise<void>>(Promise.resolve());
  const send = useFilesAction(({ file, id, signal }: { file: File; id: number; signal: AbortSignal }) => uploadFile(file, (share) => tell({ kind: "sent", id, share }), signal));
  useEffect(() => {
    const all = calls.current;
    return () => all.forEach((call) => call.abort());
  }, []);
  const add = (files: File[]) => {
    for (const file of files) {
      const id = next.current++;
      const call = new AbortController();
      calls.current.set(id, call);
      tell({ kind: "begun", id, file: file.name });
      queue.current = queue.current.then(async () => {
        if (call.signal.aborted) return;
        try {
          await send.mutateAsync({ file, id, signal: call.signal });
          tell({ kind: "done", id });
        } catch (error) {
          tell({ kind: "failed", id, why: error instanceof Error ? error.message : "" });
        }
      });
    }
  };
  const remove = (id: number) => {
    calls.current.get(id)?.abort();
    calls.current.delete(id);
    tell({ kind: "removed", id });
  };
  return { list, add, remove };
}
