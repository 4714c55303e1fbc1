import { Link } from "@tanstack/react-router";
import { useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { streamPath } from "@/api/client";
import { audioTrack, telemetryTrack, videoTrack, type StreamFacts } from "@/api/contract";
import { useStreams, type StreamsView } from "@/api/hooks";
import type { Telemetry } from "@/api/telemetry";
import type { PlayerState, Presence } from "@/player/state";
import type { TransportKind } from "@/player/transport";
import { BackIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";
import { useTitle } from "@/ui/title";
import { ControlBar } from "./control_bar";
import { FactsPanel } from "./facts_panel";
import { Overlay } from "./overlay";
import { PlayAddresses } from "./play_addresses";
import { useFigures, usePlayer } from "./use_player";
import { TelemetryOverlay } from "./telemetry_overlay";
import { useQuiet } from "./use_quiet";
import { useTelemetry } from "./use_telemetry";

function presenceOf(view: StreamsView, stream: StreamFacts | null): Presence {
  // What is fetched on demand comes when it is asked for: that it is away says nothing.
  if (stream && stream.state !== "live" && stream.source?.on_demand) return "unknown";
  if (stream) return stream.state === "idle" ? "unknown" : stream.state;
  // A list that is out of date knows of no absence.
  return view.streams && view.line !== "lost" && view.line !== "connecting" ? "absent" : "unknown";
}

interface Props {
  name: string;
  /** How to publish under this name; shown while nobody does. */
  help: ReactNode;
  /** The transport that the viewer insists on. */
  via?: TransportKind;
  onVia: (via: TransportKind | undefined) => void;
}

export function WatchPage({ name, help, via, onVia }: Props) {
  const { t } = useTranslation();
  useTitle(name);
  const video = useRef<HTMLVideoElement>(null);
  const view = useStreams();
  const stream = view.streams?.find((one) => one.name === name) ?? null;
  const { player, state } = usePlayer(video, {
    base: `/${streamPath(name)}`,
    via,
    presence: presenceOf(view, stream),
    videoCodec: stream ? videoTrack(stream)?.rfc6381 : undefined,
    audioCodec: stream ? audioTrack(stream)?.rfc6381 : undefined,
  });
  const seen = useFigures(player);
  const latencyMs = seen?.latencyMs ?? null;
  const telemetry = useTelemetry(player, name, (stream && telemetryTrack(stream)?.id) ?? null);
  const missing = state.kind === "error" && state.reason === "not_found";
  return (
    <div className="mx-auto grid max-w-[120rem] gap-4 lg:grid-cols-[minmax(0,1fr)_21rem] lg:grid-rows-[auto_1fr] lg:gap-5 lg:px-6 lg:py-5">
      <div className="min-w-0 space-y-4">
        <Screen video={video} name={name} stream={stream} state={state} latencyMs={latencyMs} telemetry={telemetry} onPlay={() => player?.start()} onPause={() => player?.pause()} />
        <div className="space-y-5 px-4 lg:px-0">
          {stream?.source?.error && <Notice>{t("watch.source_failed", { error: stream.source.error })}</Notice>}
          <div className="flex items-center gap-2">
            <Link to="/" aria-label={t("app.back_to_list")} title={t("app.back_to_list")} className="-ml-2 inline-flex size-10 items-center justify-center rounded-md hover:bg-raised">
              <BackIcon />
            </Link>
            <h1 className="truncate text-xl font-semibold tracking-tight">{name}</h1>
          </div>
        </div>
      </div>
      {/* On a phone the figures come before the addresses, which are many. */}
      <div className="px-4 lg:row-span-2 lg:px-0 lg:pb-6">
        {missing ? (
          <Help>{help}</Help>
        ) : (
          <FactsPanel stream={stream} figures={seen?.figures ?? null} latencyMs={latencyMs} via={via} onVia={onVia} />
        )}
      </div>
      <div className="min-w-0 px-4 pb-6 lg:px-0">{!missing && <PlayAddresses name={name} />}</div>
    </div>
  );
}

function Help({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section className="rounded-lg border border-line bg-panel p-4">
      <h2 className="mb-3 font-semibold">{t("publish.title")}</h2>
      {children}
    </section>
  );
}

interface ScreenProps {
  video: React.RefObject<HTMLVideoElement | null>;
  name: string;
  stream: StreamFacts | null;
  state: PlayerState;
  latencyMs: number | null;
  telemetry: Telemetry | null;
  onPlay: () => void;
  onPause: () => void;
}

function Screen({ video, name, stream, state, latencyMs, telemetry, onPlay, onPause }: ScreenProps) {
  const { t } = useTranslation();
  const frame = useRef<HTMLDivElement>(null);
  const track = stream ? videoTrack(stream) : undefined;
  const wanted = state.kind !== "idle";
  const quiet = useQuiet(frame) && state.kind === "playing";
  return (
    <div ref={frame} data-quiet={quiet} className="relative flex flex-col overflow-hidden bg-black data-[quiet=true]:cursor-none lg:rounded-lg">
      <div className="relative aspect-video max-h-[calc(100dvh-12rem)] min-h-0 w-full flex-1 in-[:fullscreen]:max-h-none">
        <video
          ref={video}
          data-testid="video"
          data-state={state.kind}
          aria-label={t("watch.video_label", { name })}
          className="size-full object-contain"
          muted
          autoPlay
          playsInline
          disableRemotePlayback
        />
        {telemetry && <TelemetryOverlay telemetry={telemetry} />}
        <Overlay state={state} name={name} codec={track?.title ?? t("common.unknown")} onPlay={onPlay} />
      </div>
      <ControlBar
        video={video}
        frame={frame}
        onAir={stream?.state ?? null}
        playing={wanted}
        latencyMs={latencyMs}
        hasAudio={stream ? audioTrack(stream) !== undefined : false}
        quiet={quiet}
        onPlayPause={wanted ? onPause : onPlay}
      />
    </div>
  );
}
