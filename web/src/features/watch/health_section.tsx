import { useTranslation } from "react-i18next";
import type { StreamFacts } from "@/api/contract";
import { AlarmBadges } from "@/ui/alarm_badges";
import { Fact, FactList, FactSection } from "@/ui/fact_list";
import { formatCount } from "@/ui/format";

function nonZero(counters: Record<string, number> | undefined): [string, number][] {
  return Object.entries(counters ?? {}).filter(([, count]) => count > 0);
}

/** What a publisher by WebRTC counts beside its quirks: how his packets and pictures came. */
const kArrival = /^(rtp_|pictures_|key_requests$)/;

/** What was mended and what was missed; silence is the usual and good case. */
export function HealthSection({ stream }: { stream: StreamFacts }) {
  const { t, i18n } = useTranslation();
  const repairs = nonZero(stream.repairs);
  const gaps = nonZero(stream.gaps);
  const counted = nonZero(stream.quirks);
  const quirks = counted.filter(([key]) => !kArrival.test(key));
  const arrival = counted.filter(([key]) => kArrival.test(key));
  const count = (value: number) => formatCount(value, i18n.language);
  return (
    <FactSection title={t("facts.health")}>
      {stream.alarms.length > 0 && (
        <div className="mb-1.5 flex flex-wrap gap-1.5">
          <AlarmBadges alarms={stream.alarms} />
        </div>
      )}
      {stream.alarms.length + repairs.length + gaps.length + quirks.length === 0 && <p className="text-sm text-good">{t("facts.healthy")}</p>}
      <Counters title={t("facts.repairs")} rows={repairs.map(([key, value]) => [t(`facts.repair_${key}`, key), count(value)])} />
      <Counters title={t("facts.gaps")} rows={gaps.map(([key, value]) => [t(`facts.${key}`, key), count(value)])} />
      <Counters title={t("facts.quirks")} rows={quirks.map(([key, value]) => [key.replaceAll("_", " "), count(value)])} />
      <Counters title={t("facts.arrival")} rows={arrival.map(([key, value]) => [t(`facts.arrival_${key}`, key.replaceAll("_", " ")), count(value)])} />
    </FactSection>
  );
}

function Counters({ title, rows }: { title: string; rows: [string, string][] }) {
  if (rows.length === 0) return null;
  return (
    <div className="mt-1.5">
      <h4 className="text-xs text-muted">{title}</h4>
      <FactList>
        {rows.map(([name, value]) => (
          <Fact key={name} name={name}>
            {value}
          </Fact>
        ))}
      </FactList>
    </div>
  );
}
