import { useCallback, useEffect, useState, useSyncExternalStore, type RefObject } from "react";
import { serverClock } from "@/api/server_clock";
import { Player, type PlayerFigures } from "@/player/player";
import { rungs } from "@/player/rungs";
import type { PlayerState, Presence } from "@/player/state";
import type { TransportKind } from "@/player/transport";

const kIdle: PlayerState = { kind: "idle" };

interface Options {
  /** The stream's path, such as "/live/alpha". */
  base: string;
  /** The transport that the viewer insists on. */
  via?: TransportKind;
  presence: Presence;
  /** Codecs of the stream by their RFC 6381 names. */
  videoCodec?: string;
  audioCodec?: string;
}

/** A player for as long as the page is there. */
export function usePlayer(video: RefObject<HTMLVideoElement | null>, options: Options): { player: Player | null; state: PlayerState } {
  const { base, via, presence, videoCodec, audioCodec } = options;
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!video.current) return;
    const made = new Player(video.current, base, rungs(via));
    made.start();
    setPlayer(made);
    const online = () => made.networkChanged();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      made.destroy();
      setPlayer(null);
    };
  }, [video, base, via]);
  useEffect(() => player?.setPresence(presence), [player, presence]);
  useEffect(() => player?.setMedia({ video: videoCodec, audio: audioCodec }), [player, videoCodec, audioCodec]);
  const subscribe = useCallback((listener: () => void) => player?.subscribe(listener) ?? (() => {}), [player]);
  const state = useSyncExternalStore(subscribe, () => player?.getState() ?? kIdle);
  return { player, state };
}

export interface Look {
  figures: PlayerFigures;
  /** Of the moment of the look: a page is drawn anew at other times, too, and must not count the time since then. */
  latencyMs: number | null;
}

function look(player: Player): Look {
  const figures = player.figures();
  const captured = figures.state.kind === "playing" ? figures.captureTimeMs : null;
  return { figures, latencyMs: captured === null ? null : serverClock.now() - captured };
}

/** The player's figures, read at a pace that an eye can follow. */
export function useFigures(player: Player | null, everyMs = 500): Look | null {
  const [seen, setSeen] = useState<Look | null>(null);
  useEffect(() => {
    if (!player) return;
    const timer = setInterval(() => setSeen(look(player)), everyMs);
    return () => clearInterval(timer);
  }, [player, everyMs]);
  return seen;
}
