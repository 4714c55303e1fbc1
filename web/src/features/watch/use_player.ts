import { useCallback, useEffect, useState, useSyncExternalStore, type RefObject } from "react";
import { openTransport } from "@/player/choose_transport";
import { Player, type PlayerFigures } from "@/player/player";
import type { PlayerState, Presence } from "@/player/state";

const kIdle: PlayerState = { kind: "idle" };

/** A player for as long as the page is there. */
export function usePlayer(video: RefObject<HTMLVideoElement | null>, url: string, presence: Presence): { player: Player | null; state: PlayerState } {
  const [player, setPlayer] = useState<Player | null>(null);
  useEffect(() => {
    if (!video.current) return;
    const made = new Player(video.current, url, openTransport);
    made.start();
    setPlayer(made);
    const online = () => made.hurry();
    window.addEventListener("online", online);
    return () => {
      window.removeEventListener("online", online);
      made.destroy();
      setPlayer(null);
    };
  }, [video, url]);
  useEffect(() => player?.setPresence(presence), [player, presence]);
  const subscribe = useCallback((listener: () => void) => player?.subscribe(listener) ?? (() => {}), [player]);
  const state = useSyncExternalStore(subscribe, () => player?.getState() ?? kIdle);
  return { player, state };
}

/** The player's figures, read at a pace that an eye can follow. */
export function useFigures(player: Player | null, everyMs = 500): PlayerFigures | null {
  const [figures, setFigures] = useState<PlayerFigures | null>(null);
  useEffect(() => {
    if (!player) return;
    const timer = setInterval(() => setFigures(player.figures()), everyMs);
    return () => clearInterval(timer);
  }, [player, everyMs]);
  return figures;
}
