import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { videoTrack, viewerCount, type StreamFacts } from "@/api/contract";
import { formatBitrate, formatCount, formatFps, formatSize } from "@/ui/format";
import { ViewersIcon } from "@/ui/icons";
import { AlarmBadges } from "@/ui/alarm_badges";
import { StateBadge } from "@/ui/state_badge";

/** A stable hue per name, so that a stream is recognised by its card before its name is read. */
function hue(name: string): number {
  let hash = 0;
  for (const char of name) hash = (hash * 31 + char.charCodeAt(0)) % 360;
  return hash;
}

export function StreamCard({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  const [app = "", name = ""] = stream.name.split("/");
  const video = videoTrack(stream);
  return (
    <Link
      to="/watch/$app/$name"
      params={{ app, name }}
      aria-label={t("streams.watch", { name: stream.name })}
      data-testid="stream-card"
      className="group block overflow-hidden rounded-lg border border-line bg-panel transition hover:border-accent"
    >
      <Preview stream={stream} />
      <div className="p-3.5">
        <div className="flex items-center justify-between gap-3">
          <h2 className="truncate font-semibold">{stream.name}</h2>
          <span className="inline-flex items-center gap-1.5 text-sm text-muted tabular-nums" title={t("stream.viewers")}>
            <ViewersIcon width="17" height="17" />
            <span className="sr-only">{t("stream.viewers")}</span>
            {formatCount(viewerCount(stream), i18n.language)}
          </span>
        </div>
        <dl className="mt-2.5 grid grid-cols-2 gap-x-4 gap-y-1 text-[13px]">
          <Cell name={t("stream.codec")}>{video?.title ?? "–"}</Cell>
          <Cell name={t("stream.fps")}>{formatFps(video?.measured_fps || video?.frame_rate)}</Cell>
          <Cell name={t("stream.size")}>{formatSize(video?.width, video?.height)}</Cell>
          <Cell name={t("stream.bitrate")}>{formatBitrate(stream.bitrate_bps)}</Cell>
        </dl>
      </div>
    </Link>
  );
}

function Cell({ name, children }: { name: string; children: string }) {
  return (
    <div className="flex flex-wrap justify-between gap-x-2">
      <dt className="text-muted">{name}</dt>
      <dd className="whitespace-nowrap tabular-nums">{children}</dd>
    </div>
  );
}

/** No picture is fetched for a list: a horizon in the stream's own colour, as an attitude indicator draws it. */
function Preview({ stream }: { stream: StreamFacts }) {
  const h = hue(stream.name);
  const live = stream.state === "live";
  return (
    <div className="relative aspect-video overflow-hidden bg-black">
      <svg viewBox="0 0 160 90" className={`size-full transition duration-300 group-hover:scale-105 ${live ? "" : "opacity-40 grayscale"}`} aria-hidden="true">
        <rect width="160" height="90" fill={`hsl(${h} 38% 20%)`} />
        <path d="M0 56 34 45 62 53 97 40 126 51 160 43V90H0Z" fill={`hsl(${h} 34% 13%)`} />
        <path d="M0 67 42 58 88 69 131 59 160 66V90H0Z" fill={`hsl(${h} 32% 8%)`} />
        <g stroke="#fff" strokeOpacity=".55" strokeWidth=".8" fill="none">
          <path d="M66 45h9M85 45h9M80 36v4M80 50v4" />
          <path d="M148 20v-8h-10M12 70v8h10M148 70v8h-10" strokeOpacity=".3" />
        </g>
      </svg>
      <div className="absolute inset-x-2.5 top-2.5 flex flex-wrap gap-1.5">
        <StateBadge state={stream.state} />
        <AlarmBadges alarms={stream.alarms} />
      </div>
    </div>
  );
}
