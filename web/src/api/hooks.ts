import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useSyncExternalStore } from "react";
import { askToReconnect, fetchFiles, fetchInfo, fetchLibrary, fetchPulls, fetchPushes, fetchStreams } from "./client";
import type { ServerInfo, StreamFacts } from "./contract";
import { liveStreams } from "./live_streams";

/** Also the pace at which the server's clock is sampled: quickly at first, since the page is busy while it loads. */
const kInfoEveryMs = 30_000;
const kFirstInfoEveryMs = 1500;
const kFirstInfos = 4;
const kPollEveryMs = 3000;
const kTransfersEveryMs = 1500;
const kFilesEveryMs = 1000;

export function useServerInfo(): ServerInfo | undefined {
  return useQuery({ queryKey: ["info"], queryFn: fetchInfo, refetchInterval: ({ state }) => (state.dataUpdateCount < kFirstInfos ? kFirstInfoEveryMs : kInfoEveryMs) }).data;
}

export interface StreamsView {
  /** Null while nothing is known yet. */
  streams: readonly StreamFacts[] | null;
  /** "live": pushed by the server; "polled": the WebSocket is down, the API answers; "lost": neither. */
  line: "live" | "polled" | "lost" | "connecting";
}

/** All streams, pushed over the WebSocket; polled while that is down (some proxies let no WebSocket through). */
export function useStreams(): StreamsView {
  const pushed = useSyncExternalStore(liveStreams.subscribe, liveStreams.getSnapshot);
  const polled = useQuery({
    queryKey: ["streams"],
    queryFn: fetchStreams,
    enabled: !pushed.connected,
    refetchInterval: kPollEveryMs,
    retry: false,
  });
  if (pushed.connected) return { streams: pushed.streams, line: "live" };
  if (polled.isError) return { streams: pushed.streams ?? polled.data ?? null, line: "lost" };
  if (polled.data) return { streams: polled.data, line: "polled" };
  return { streams: pushed.streams, line: "connecting" };
}

export function useAskToReconnect(name: string) {
  return useMutation({ mutationFn: () => askToReconnect(name) });
}

export const usePulls = () => useQuery({ queryKey: ["pulls"], queryFn: fetchPulls, refetchInterval: kTransfersEveryMs });
export const usePushes = () => useQuery({ queryKey: ["pushes"], queryFn: fetchPushes, refetchInterval: kTransfersEveryMs });

/** Something that changes what those queries list: they are asked for anew when it is done. */
function useAction<T>(act: (argument: T) => Promise<unknown>, ...changed: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: act,
    onSettled: () => Promise.all(changed.map((list) => client.invalidateQueries({ queryKey: [list] }))),
  });
}

export const useTransferAction = <T>(act: (argument: T) => Promise<unknown>) => useAction(act, "pulls", "pushes");

export const useFiles = () => useQuery({ queryKey: ["files"], queryFn: fetchFiles, refetchInterval: kFilesEveryMs });
export const useLibrary = () => useQuery({ queryKey: ["library"], queryFn: fetchLibrary, refetchInterval: kTransfersEveryMs });

export const useFilesAction = <T>(act: (argument: T) => Promise<unknown>) => useAction(act, "files", "library");
