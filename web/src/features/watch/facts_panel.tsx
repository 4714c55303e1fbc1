import { useTranslation } from "react-i18next";
import { audioTrack, derivedTracks, renditions, videoTrack, viewerCount, viewersByProtocol, type ReaderPath, type StreamFacts, type TrackFacts } from "@/api/contract";
import type { PlayerFigures } from "@/player/player";
import type { TransportKind } from "@/player/transport";
import { Fact, FactList, FactSection } from "@/ui/fact_list";
import { formatBitrate, formatCount, formatFps, formatMilliseconds, formatSeconds, formatSize } from "@/ui/format";
import { Sparkline } from "@/ui/sparkline";
import { HealthSection } from "./health_section";
import { HereSection } from "./here_section";
import { PublisherSection } from "./publisher_section";
import { useHistory } from "./use_history";

interface Props {
  stream: StreamFacts | null;
  figures: PlayerFigures | null;
  latencyMs: number | null;
  via?: TransportKind;
  onVia: (via: TransportKind | undefined) => void;
}

export function FactsPanel({ stream, figures, latencyMs, via, onVia }: Props) {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("facts.title")} data-testid="facts" className="overflow-hidden rounded-lg border border-line bg-panel">
      <HereSection figures={figures} latencyMs={latencyMs} via={via} onVia={onVia} />
      {stream && <PictureSection stream={stream} />}
      {stream && <SoundSection track={audioTrack(stream)} derived={derivedTracks(stream, "audio")} />}
      {stream && <PublisherSection stream={stream} />}
      {stream && <AudienceSection stream={stream} />}
      {stream && <HealthSection stream={stream} />}
    </aside>
  );
}

function PictureSection({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  const video = videoTrack(stream);
  const history = useHistory(stream.bitrate_bps);
  const sizes = renditions(stream);
  return (
    <FactSection title={t("facts.picture")}>
      <FactList>
        <Fact name={t("stream.codec")} testid="codec">
          <span title={video?.rfc6381}>{video?.title ?? "–"}</span>
        </Fact>
        <Fact name={t("stream.size")} testid="size">
          {formatSize(video?.width, video?.height)}
        </Fact>
        <Fact name={t("stream.fps")} testid="fps">
          {formatFps(video?.measured_fps || video?.frame_rate)}
        </Fact>
        <Fact name={t("facts.keyframes")}>{formatSeconds(stream.keyframe_interval_ms || null)}</Fact>
        {(video?.reorder_depth ?? 0) > 0 && (
          <Fact name={t("facts.reorder")}>
            <span title={t("facts.reorder_hint")}>{formatCount(video?.reorder_depth, i18n.language)}</span>
          </Fact>
        )}
        {sizes.length > 0 && <Fact name={t("facts.renditions")}>{sizes.map(({ width, height }) => formatSize(width, height)).join(", ")}</Fact>}
        <Derived tracks={derivedTracks(stream, "video")} />
        <Fact name={t("stream.bitrate")} testid="bitrate">
          {formatBitrate(stream.bitrate_bps)}
        </Fact>
      </FactList>
      <Sparkline values={history} label={t("stream.bitrate")} />
    </FactSection>
  );
}

function Derived({ tracks }: { tracks: readonly TrackFacts[] }) {
  const { t } = useTranslation();
  if (tracks.length === 0) return null;
  return (
    <Fact name={t("facts.derived")} testid="derived">
      <span title={t("facts.derived_hint")}>{tracks.map(({ title }) => title).join(", ")}</span>
    </Fact>
  );
}

function SoundSection({ track, derived }: { track: TrackFacts | undefined; derived: readonly TrackFacts[] }) {
  const { t, i18n } = useTranslation();
  if (!track) return null;
  return (
    <FactSection title={t("facts.sound")}>
      <FactList>
        <Fact name={t("stream.codec")}>{track.title}</Fact>
        {track.sample_rate ? <Fact name={t("facts.sample_rate")}>{`${track.sample_rate / 1000} kHz`}</Fact> : null}
        {track.channels ? <Fact name={t("facts.channels")}>{formatCount(track.channels, i18n.language)}</Fact> : null}
        <Derived tracks={derived} />
        <Fact name={t("stream.bitrate")}>{formatBitrate(track.bitrate_bps)}</Fact>
      </FactList>
    </FactSection>
  );
}

const kProtocols: Record<string, string> = {
  hls: "HLS",
  hls_ts: "HLS (TS)",
  http_flv: "HTTP-FLV",
  ws_flv: "WebSocket-FLV",
  rtmp: "RTMP",
  rtsp: "RTSP",
  srt: "SRT",
  mpegts: "MPEG-TS",
  dash: "DASH",
  mjpeg: "MJPEG",
  webrtc: "WebRTC",
};

function AudienceSection({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  return (
    <FactSection title={t("facts.audience")}>
      <FactList>
        <Fact name={t("stream.viewers")} testid="viewers">
          {formatCount(viewerCount(stream), i18n.language)}
        </Fact>
        {viewersByProtocol(stream).map(([protocol, count]) => (
          <Fact key={protocol} name={kProtocols[protocol] ?? protocol}>
            {formatCount(count, i18n.language)}
          </Fact>
        ))}
        {stream.readers.paths.map((path) => (
          <Path key={path.session} path={path} />
        ))}
      </FactList>
    </FactSection>
  );
}

/** What a viewer's connection measures of itself. */
function Path({ path }: { path: ReaderPath }) {
  const { t, i18n } = useTranslation();
  const { rtt_us, packets_lost, packets_resent } = path.counters;
  return (
    <Fact name={path.session} testid="reader-path">
      <span title={path.peer}>
        {t("facts.path", {
          rtt: formatMilliseconds(rtt_us === undefined ? null : rtt_us / 1000),
          lost: formatCount(packets_lost, i18n.language),
          resent: formatCount(packets_resent, i18n.language),
        })}
      </span>
    </Fact>
  );
}
