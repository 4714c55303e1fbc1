import { useTranslation } from "react-i18next";
import { audioTrack, videoTrack, type StreamFacts, type TrackFacts } from "@/api/contract";
import type { PlayerFigures } from "@/player/player";
import { Fact, FactList, FactSection } from "@/ui/fact_list";
import { formatBitrate, formatCount, formatFps, formatSeconds, formatSize } from "@/ui/format";
import { Sparkline } from "@/ui/sparkline";
import { HealthSection } from "./health_section";
import { PublisherSection } from "./publisher_section";
import { useHistory } from "./use_history";

interface Props {
  stream: StreamFacts | null;
  figures: PlayerFigures | null;
  latencyMs: number | null;
}

export function FactsPanel({ stream, figures, latencyMs }: Props) {
  const { t } = useTranslation();
  return (
    <aside aria-label={t("facts.title")} data-testid="facts" className="overflow-hidden rounded-lg border border-line bg-panel">
      <HereSection figures={figures} latencyMs={latencyMs} />
      {stream && <PictureSection stream={stream} />}
      {stream && <SoundSection track={audioTrack(stream)} />}
      {stream && <PublisherSection stream={stream} />}
      {stream && <AudienceSection stream={stream} />}
      {stream && <HealthSection stream={stream} />}
    </aside>
  );
}

const kTransport = { "ll-hls": "facts.transport_ll_hls", "native-hls": "facts.transport_native_hls" } as const;

function HereSection({ figures, latencyMs }: { figures: PlayerFigures | null; latencyMs: number | null }) {
  const { t, i18n } = useTranslation();
  const history = useHistory(latencyMs);
  return (
    <FactSection title={t("facts.here")}>
      <FactList>
        <Fact name={t("watch.latency")}>{formatSeconds(latencyMs)}</Fact>
      </FactList>
      <Sparkline values={history} label={t("watch.latency")} />
      <FactList>
        <Fact name={t("facts.buffer")}>{formatSeconds(figures ? figures.bufferedS * 1000 : null)}</Fact>
        <Fact name={t("facts.decoded")} testid="decoded">
          {formatCount(figures?.decodedFrames, i18n.language)}
        </Fact>
        <Fact name={t("facts.dropped")}>{formatCount(figures?.droppedFrames, i18n.language)}</Fact>
        <Fact name={t("facts.transport")}>{figures?.transport ? t(kTransport[figures.transport]) : "–"}</Fact>
      </FactList>
    </FactSection>
  );
}

function PictureSection({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  const video = videoTrack(stream);
  const history = useHistory(stream.bitrate_bps);
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
        <Fact name={t("stream.bitrate")} testid="bitrate">
          {formatBitrate(stream.bitrate_bps)}
        </Fact>
      </FactList>
      <Sparkline values={history} label={t("stream.bitrate")} />
    </FactSection>
  );
}

function SoundSection({ track }: { track: TrackFacts | undefined }) {
  const { t, i18n } = useTranslation();
  if (!track) return null;
  return (
    <FactSection title={t("facts.sound")}>
      <FactList>
        <Fact name={t("stream.codec")}>{track.title}</Fact>
        {track.sample_rate ? <Fact name={t("facts.sample_rate")}>{`${track.sample_rate / 1000} kHz`}</Fact> : null}
        {track.channels ? <Fact name={t("facts.channels")}>{formatCount(track.channels, i18n.language)}</Fact> : null}
        <Fact name={t("stream.bitrate")}>{formatBitrate(track.bitrate_bps)}</Fact>
      </FactList>
    </FactSection>
  );
}

const kProtocols: Record<string, string> = { hls: "HLS", http_flv: "HTTP-FLV", rtmp: "RTMP", ws_flv: "WebSocket-FLV" };

function AudienceSection({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  return (
    <FactSection title={t("facts.audience")}>
      <FactList>
        <Fact name={t("stream.viewers")} testid="viewers">
          {formatCount(stream.readers.total, i18n.language)}
        </Fact>
        {Object.entries(stream.readers.by_protocol).map(([protocol, count]) => (
          <Fact key={protocol} name={kProtocols[protocol] ?? protocol}>
            {formatCount(count, i18n.language)}
          </Fact>
        ))}
      </FactList>
    </FactSection>
  );
}
