import { useCallback, useEffect, useState, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "@/ui/button";
import { formatLatency } from "@/ui/format";
import { ExpandIcon, PauseIcon, PipIcon, PlayIcon, ShrinkIcon, SoundOffIcon, SoundOnIcon } from "@/ui/icons";
import { StateBadge } from "@/ui/state_badge";
import { useSound } from "./use_sound";

interface Props {
  video: RefObject<HTMLVideoElement | null>;
  frame: RefObject<HTMLElement | null>;
  /** Null when there is no such stream. */
  onAir: "live" | "waiting" | "idle" | null;
  playing: boolean;
  latencyMs: number | null;
  hasAudio: boolean;
  /** In full screen with nobody at the controls: out of the picture's way. */
  quiet: boolean;
  onPlayPause: () => void;
}

/** Under the picture, not over it: nothing covers what the aircraft sees. In full screen it lies over it, and fades. */
export function ControlBar({ video, frame, onAir, playing, latencyMs, hasAudio, quiet, onPlayPause }: Props) {
  const { t } = useTranslation();
  return (
    <div
      data-testid="controls"
      data-quiet={quiet}
      className="flex h-12 items-center gap-1 bg-[#0d141b] px-1.5 text-[#e8eef3] transition-opacity duration-300 data-[quiet=true]:opacity-0 in-[:fullscreen]:absolute in-[:fullscreen]:inset-x-0 in-[:fullscreen]:bottom-0 in-[:fullscreen]:bg-[#0d141b]/85 [&_button]:text-[#e8eef3] [&_button:hover]:bg-white/10"
    >
      <IconButton label={playing ? t("watch.pause") : t("watch.play")} onClick={onPlayPause}>
        {playing ? <PauseIcon /> : <PlayIcon />}
      </IconButton>
      <Sound video={video} hasAudio={hasAudio} />
      <div className="ml-1 flex min-w-0 items-center gap-2.5">
        {onAir && <StateBadge state={onAir} />}
        <span className="text-xs whitespace-nowrap text-[#9fb0bf]" title={t("watch.latency_title")}>
          <span className="max-sm:sr-only">{t("watch.latency")} </span>
          <span data-testid="latency" data-latency-ms={latencyMs ?? ""} className="font-medium text-[#e8eef3] tabular-nums">
            {formatLatency(latencyMs)}
          </span>
        </span>
      </div>
      <div className="ml-auto flex">
        <PipButton video={video} />
        <FullscreenButton frame={frame} video={video} />
      </div>
    </div>
  );
}

function Sound({ video, hasAudio }: { video: RefObject<HTMLVideoElement | null>; hasAudio: boolean }) {
  const { t } = useTranslation();
  const { muted, volume, setMuted, setVolume } = useSound(video);
  const silent = muted || volume === 0 || !hasAudio;
  const label = !hasAudio ? t("watch.no_sound") : silent ? t("watch.unmute") : t("watch.mute");
  return (
    <>
      <IconButton label={label} disabled={!hasAudio} onClick={() => setMuted(!silent)}>
        {silent ? <SoundOffIcon /> : <SoundOnIcon />}
      </IconButton>
      <input
        type="range"
        min={0}
        max={1}
        step={0.05}
        value={silent ? 0 : volume}
        disabled={!hasAudio}
        aria-label={t("watch.volume")}
        onChange={(event) => setVolume(Number(event.target.value))}
        className="w-20 max-sm:hidden disabled:opacity-40"
      />
    </>
  );
}

function PipButton({ video }: { video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useTranslation();
  const [active, setActive] = useState(false);
  useEffect(() => {
    const element = video.current;
    if (!element) return;
    const changed = () => setActive(document.pictureInPictureElement === element);
    element.addEventListener("enterpictureinpicture", changed);
    element.addEventListener("leavepictureinpicture", changed);
    return () => {
      element.removeEventListener("enterpictureinpicture", changed);
      element.removeEventListener("leavepictureinpicture", changed);
    };
  }, [video]);
  const toggle = useCallback(() => {
    if (document.pictureInPictureElement) void document.exitPictureInPicture();
    else void video.current?.requestPictureInPicture().catch(() => undefined);
  }, [video]);
  if (!document.pictureInPictureEnabled) return null;
  return (
    <IconButton label={active ? t("watch.leave_pip") : t("watch.pip")} aria-pressed={active} onClick={toggle}>
      <PipIcon />
    </IconButton>
  );
}

/** iPhones let only the video itself fill the screen. */
type PhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

function FullscreenButton({ frame, video }: { frame: RefObject<HTMLElement | null>; video: RefObject<HTMLVideoElement | null> }) {
  const { t } = useTranslation();
  const [full, setFull] = useState(false);
  useEffect(() => {
    const changed = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", changed);
    return () => document.removeEventListener("fullscreenchange", changed);
  }, []);
  const toggle = () => {
    if (document.fullscreenElement) void document.exitFullscreen();
    else if (frame.current?.requestFullscreen) void frame.current.requestFullscreen().catch(() => undefined);
    else (video.current as PhoneVideo | null)?.webkitEnterFullscreen?.();
  };
  return (
    <IconButton label={full ? t("watch.leave_fullscreen") : t("watch.fullscreen")} onClick={toggle}>
      {full ? <ShrinkIcon /> : <ExpandIcon />}
    </IconButton>
  );
}
