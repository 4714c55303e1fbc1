import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { PassedOver } from "@/player/ladder";
import type { PlayerFigures } from "@/player/player";
import type { TransportKind } from "@/player/transport";
import type { ReceiveFigures } from "@/rtc/receive_stats";
import { Fact, FactList, FactSection } from "@/ui/fact_list";
import { formatCount, formatFps, formatLatency, formatMilliseconds, formatSeconds, formatShare } from "@/ui/format";
import { Sparkline } from "@/ui/sparkline";
import { useHistory } from "./use_history";

interface Props {
  figures: PlayerFigures | null;
  latencyMs: number | null;
  via?: TransportKind;
  onVia: (via: TransportKind | undefined) => void;
}

const kNames = {
  whep: "facts.transport_whep",
  "ll-hls": "facts.transport_ll_hls",
  "native-hls": "facts.transport_native_hls",
  "http-flv": "facts.transport_http_flv",
} as const;

/** What happens at this viewer's end, and how the picture comes here. */
export function HereSection({ figures, latencyMs, via, onVia }: Props) {
  const { t, i18n } = useTranslation();
  const history = useHistory(latencyMs);
  const receive = figures?.receive ?? null;
  return (
    <FactSection title={t("facts.here")}>
      <FactList>
        <Fact name={t("watch.latency")}>{formatLatency(latencyMs)}</Fact>
      </FactList>
      <Sparkline values={history} label={t("watch.latency")} />
      <FactList>
        {receive ? <Received receive={receive} /> : <Fact name={t("facts.buffer")}>{formatSeconds(figures ? figures.bufferedS * 1000 : null)}</Fact>}
        <Fact name={t("facts.decoded")} testid="decoded">
          {formatCount(figures?.decodedFrames, i18n.language)}
        </Fact>
        <Fact name={t("facts.dropped")}>{formatCount(figures?.droppedFrames, i18n.language)}</Fact>
      </FactList>
      <Way figures={figures} via={via} onVia={onVia} />
    </FactSection>
  );
}

function Received({ receive }: { receive: ReceiveFigures }) {
  const { t } = useTranslation();
  return (
    <>
      <Fact name={t("stream.fps")} testid="received-fps">
        {formatFps(receive.fps ?? undefined)}
      </Fact>
      <Fact name={t("facts.jitter_buffer")} testid="jitter-buffer">
        {formatMilliseconds(receive.jitterBufferMs)}
      </Fact>
      <Fact name={t("facts.packet_loss")} testid="packet-loss">
        {formatShare(receive.lossShare)}
      </Fact>
      <Fact name={t("facts.round_trip")}>{formatMilliseconds(receive.roundTripMs)}</Fact>
    </>
  );
}

/** Which way the picture comes, why not a better one, and the choice of another. */
function Way({ figures, via, onVia }: Omit<Props, "latencyMs">) {
  const { t } = useTranslation();
  const id = useId();
  const used = figures?.transport ?? null;
  const path = figures?.receive?.path;
  const name = used ? t(kNames[used]) : "–";
  return (
    <div className="mt-3 border-t border-line pt-3">
      <div className="flex items-center justify-between gap-3 text-sm">
        <label htmlFor={id} className="text-muted">
          {t("facts.transport")}
        </label>
        <span className="text-right font-medium" data-testid="transport" data-kind={used ?? ""}>
          {path ? `${name} · ${t(`facts.path_${path}`)}` : name}
        </span>
      </div>
      <Reasons passedOver={figures?.passedOver ?? []} />
      <select
        id={id}
        value={via ?? ""}
        onChange={(event) => onVia((event.target.value || undefined) as TransportKind | undefined)}
        className="mt-2 h-9 w-full rounded-md border border-line bg-ground px-2 text-sm"
      >
        <option value="">{t("facts.transport_auto")}</option>
        <option value="whep">{t("facts.transport_whep")}</option>
        <option value="ll-hls">{t("facts.transport_ll_hls")}</option>
        <option value="http-flv">{t("facts.transport_http_flv")}</option>
      </select>
    </div>
  );
}

function Reasons({ passedOver }: { passedOver: readonly PassedOver[] }) {
  const { t } = useTranslation();
  // That a browser has no HLS of its own is nobody's concern.
  const worthWords = passedOver.filter(({ kind }) => kind !== "native-hls");
  if (worthWords.length === 0) return null;
  return (
    <ul data-testid="passed-over" className="mt-1 space-y-0.5 text-xs text-muted">
      {worthWords.map(({ kind, why }) => (
        <li key={kind} data-why={why}>
          {t(`facts.why_${why}`, { way: t(kNames[kind]) })}
        </li>
      ))}
    </ul>
  );
}
