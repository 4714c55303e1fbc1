import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { StreamFacts } from "@/api/contract";
import { useStreams } from "@/api/hooks";
import { Notice } from "@/ui/notice";
import { StreamCard } from "./stream_card";

/** On air first, then by name: a stream keeps its place while it lives. */
function ordered(streams: readonly StreamFacts[]): StreamFacts[] {
  const rank = (stream: StreamFacts) => (stream.state === "live" ? 0 : 1);
  return [...streams].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** `help` is shown when there is nothing to watch. */
export function StreamsPage({ help }: { help: ReactNode }) {
  const { t } = useTranslation();
  const { streams, line } = useStreams();
  const live = streams?.filter((stream) => stream.state === "live").length ?? 0;
  return (
    <div className="mx-auto max-w-[100rem] px-4 py-6 sm:px-6 sm:py-8">
      <div className="mb-5 flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h1 className="text-2xl font-semibold tracking-tight">{t("streams.title")}</h1>
        {streams && streams.length > 0 && (
          <p className="text-sm text-muted tabular-nums">
            {t("streams.count", { count: streams.length })} · {t("streams.on_air", { count: live })}
          </p>
        )}
      </div>
      {line === "lost" && (
        <div className="mb-5">
          <Notice tone="bad">{streams ? t("streams.lost") : t("streams.lost_empty")}</Notice>
        </div>
      )}
      <Content streams={streams} lost={line === "lost"} help={help} />
    </div>
  );
}

function Content({ streams, lost, help }: { streams: readonly StreamFacts[] | null; lost: boolean; help: ReactNode }) {
  const { t } = useTranslation();
  if (!streams) return lost ? null : <p className="text-muted">{t("streams.loading")}</p>;
  if (streams.length === 0) return lost ? null : <Empty help={help} />;
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,20rem),1fr))] gap-4 sm:gap-5">
      {ordered(streams).map((stream) => (
        <li key={stream.name}>
          <StreamCard stream={stream} />
        </li>
      ))}
    </ul>
  );
}

function Empty({ help }: { help: ReactNode }) {
  const { t } = useTranslation();
  return (
    <section data-testid="empty" className="mx-auto grid max-w-5xl gap-6 rounded-xl border border-line bg-panel p-5 sm:p-8 lg:grid-cols-[1fr_1.35fr] lg:gap-10">
      <div className="lg:pt-2">
        <h2 className="text-xl font-semibold">{t("streams.empty_title")}</h2>
        <p className="mt-2 text-muted">{t("streams.empty_text")}</p>
        <Beacon />
      </div>
      {help}
    </section>
  );
}

/** A receiver that listens. */
function Beacon() {
  return (
    <svg viewBox="0 0 200 120" className="mt-8 hidden w-full max-w-xs text-accent lg:block" fill="none" stroke="currentColor" strokeWidth="1.5" aria-hidden="true">
      {[22, 44, 66, 88].map((radius, i) => (
        <path key={radius} d={`M${100 - radius} 104a${radius} ${radius} 0 0 1 ${2 * radius} 0`} opacity={0.8 - i * 0.2} />
      ))}
      <circle cx="100" cy="104" r="4" fill="currentColor" className="pulse" />
      <path d="M4 104.5h84M112 104.5h84" opacity=".35" />
    </svg>
  );
}
