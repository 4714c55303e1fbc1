import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { SendFigures } from "@/rtc/send_stats";
import { formatBitrate, formatFps, formatMilliseconds, formatShare, formatSize } from "@/ui/format";
import { Notice } from "@/ui/notice";

const kLastingMs = 8000;

/** A limit worth words: every session begins by finding out what its path carries. */
function useLasting(limit: SendFigures["limitedBy"]): SendFigures["limitedBy"] {
  const [lasting, setLasting] = useState<SendFigures["limitedBy"]>("none");
  useEffect(() => {
    if (limit === "none") return setLasting("none");
    const timer = setTimeout(() => setLasting(limit), kLastingMs);
    return () => clearTimeout(timer);
  }, [limit]);
  return lasting;
}

/** "1280 × 720 +2": the largest, and how many smaller ones go with it. */
function sizeOf(figures: SendFigures | null): string {
  const size = formatSize(figures?.width ?? undefined, figures?.height ?? undefined);
  return figures && figures.layers > 1 ? `${size} +${figures.layers - 1}` : size;
}

/** What leaves this page, each second. */
export function SendFacts({ figures }: { figures: SendFigures | null }) {
  const { t } = useTranslation();
  const cells: [string, string, string][] = [
    ["bitrate", t("stream.bitrate"), formatBitrate(figures?.bitrateBps ?? undefined)],
    ["fps", t("stream.fps"), formatFps(figures?.fps ?? undefined)],
    ["size", t("stream.size"), sizeOf(figures)],
    ["codec", t("stream.codec"), figures?.codec ?? "–"],
    ["round-trip", t("facts.round_trip"), formatMilliseconds(figures?.roundTripMs ?? null)],
    ["loss", t("facts.packet_loss"), formatShare(figures?.lossShare ?? null)],
  ];
  const limited = useLasting(figures?.limitedBy ?? "none");
  return (
    <section aria-label={t("send.facts")} data-testid="send-facts" className="space-y-3">
      <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-3">
        {cells.map(([key, name, value]) => (
          <div key={key} className="bg-panel px-4 py-3">
            <dt className="text-xs text-muted">{name}</dt>
            <dd className="mt-0.5 text-lg font-semibold tabular-nums" data-testid={`send-${key}`}>
              {value}
            </dd>
          </div>
        ))}
      </dl>
      {(limited === "cpu" || limited === "bandwidth") && <Notice>{t(`send.limited_${limited}`)}</Notice>}
    </section>
  );
}
