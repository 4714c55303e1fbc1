import { useEffect, useState } from "react";
import { streamPath } from "@/api/client";
import { TelemetryTrack, type Telemetry } from "@/api/telemetry";
import type { Player } from "@/player/player";

const kEveryMs = 200;
const kRetryMs = 3000;

/** The telemetry of the picture on the screen. `track`: which to read; null when the stream has none. */
export function useTelemetry(player: Player | null, name: string, track: number | null): Telemetry | null {
  const [shown, setShown] = useState<Telemetry | null>(null);
  useEffect(() => {
    if (!player || track === null) return;
    const received = new TelemetryTrack();
    let socket: WebSocket;
    let retry: ReturnType<typeof setTimeout> | undefined;
    const connect = () => {
      const scheme = location.protocol === "https:" ? "wss:" : "ws:";
      socket = new WebSocket(`${scheme}//${location.host}/${streamPath(name)}/data?track=${track}`);
      socket.onmessage = (event) => received.take(event.data);
      socket.onclose = () => (retry = setTimeout(connect, kRetryMs));
    };
    connect();
    const timer = setInterval(() => {
      const { state, captureTimeMs } = player.figures();
      setShown(state.kind === "playing" ? received.at(captureTimeMs) : null);
    }, kEveryMs);
    return () => {
      clearInterval(timer);
      clearTimeout(retry);
      socket.onclose = null;
      socket.close();
      setShown(null);
    };
  }, [player, name, track]);
  return shown;
}
