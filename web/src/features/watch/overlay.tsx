import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { PlayerState } from "@/player/state";
import { Button } from "@/ui/button";
import { formatElapsed } from "@/ui/format";
import { PlayIcon } from "@/ui/icons";
import { Spinner } from "@/ui/spinner";

interface Props {
  state: PlayerState;
  name: string;
  /** The picture's codec as people call it, such as "H.265". */
  codec: string;
  onPlay: () => void;
}

/** Clear words over the picture whenever it does not move. The last picture stays visible behind them. */
export function Overlay({ state, name, codec, onPlay }: Props) {
  const said = useWords(state, name, codec);
  if (!said) return null;
  const busy = state.kind === "connecting" || state.kind === "retrying";
  return (
    <div className="absolute inset-0 flex flex-col items-center justify-center gap-3 bg-black/70 p-5 text-center text-white" data-testid="overlay" data-state={state.kind}>
      {busy && <Spinner />}
      {state.kind === "waiting_for_publisher" && <span className="pulse size-3 rounded-full bg-[#f0b429]" aria-hidden="true" />}
      <div role="status" className="max-w-xl">
        <p className="text-lg font-semibold sm:text-xl">{said.title}</p>
        <p className="mt-1.5 text-sm text-balance text-white/80 sm:text-base">{said.text}</p>
      </div>
      {state.kind === "waiting_for_publisher" && <Away />}
      {state.kind === "idle" && (
        <Button kind="main" onClick={onPlay}>
          <PlayIcon width="18" height="18" />
          {said.action}
        </Button>
      )}
    </div>
  );
}

function useWords(state: PlayerState, name: string, codec: string): { title: string; text: string; action?: string } | null {
  const { t } = useTranslation();
  switch (state.kind) {
    case "playing":
      return null;
    case "idle":
      return { title: t("watch.idle"), text: t("watch.idle_text"), action: t("watch.play") };
    case "connecting":
      return { title: t("watch.connecting"), text: t("watch.connecting_text") };
    case "waiting_for_publisher":
      return { title: t("watch.waiting"), text: t("watch.waiting_text") };
    case "retrying": {
      const reason = state.reason === "not_found" || state.reason === "codec" ? "stalled" : state.reason;
      return { title: t(`watch.retry_${reason}`), text: t(`watch.retry_${reason}_text`, { attempt: state.attempt + 1 }) };
    }
    case "error":
      return state.reason === "codec"
        ? { title: t("watch.codec", { codec }), text: t("watch.codec_text") }
        : { title: t("watch.not_found", { name }), text: t("watch.not_found_text") };
  }
}

/** How long the publisher has been away, counted from when this viewer saw it go. */
function Away() {
  const { t } = useTranslation();
  const [elapsedMs, setElapsedMs] = useState(0);
  useEffect(() => {
    const since = performance.now();
    const timer = setInterval(() => setElapsedMs(performance.now() - since), 1000);
    return () => clearInterval(timer);
  }, []);
  return <p className="text-sm text-white/70 tabular-nums">{t("watch.waiting_since", { time: formatElapsed(elapsedMs) })}</p>;
}
