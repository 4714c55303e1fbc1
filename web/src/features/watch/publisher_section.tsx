import { useTranslation } from "react-i18next";
import type { PublisherFacts, StreamFacts } from "@/api/contract";
import { useAskToReconnect } from "@/api/hooks";
import { serverClock } from "@/api/server_clock";
import { Button } from "@/ui/button";
import { Fact, FactList, FactSection } from "@/ui/fact_list";
import { formatElapsed, formatSeconds } from "@/ui/format";
import { Notice } from "@/ui/notice";

/** Below this a backlog is the network's ordinary breath. */
const kBacklogWorthWordsMs = 1500;

export function PublisherSection({ stream }: { stream: StreamFacts }) {
  const { t } = useTranslation();
  const { publisher } = stream;
  const ask = useAskToReconnect(stream.name);
  const spares = stream.publishers.length - (publisher ? 1 : 0);
  return (
    <FactSection title={t("facts.publisher")}>
      {publisher ? <OnAir publisher={publisher} asking={ask.isPending} onAsk={() => ask.mutate()} /> : <p className="text-sm text-muted">{t("facts.no_publisher")}</p>}
      {/* Outlives the session that was asked, which ends at once. */}
      <p role="status" className="mt-2.5 text-xs text-muted empty:hidden">
        {ask.isSuccess && t("facts.reconnect_asked")}
        {ask.isError && t("facts.reconnect_failed", { message: ask.error.message })}
      </p>
      {spares > 0 && (
        <FactList>
          <Fact name={t("facts.spares")}>{spares}</Fact>
        </FactList>
      )}
    </FactSection>
  );
}

interface OnAirProps {
  publisher: PublisherFacts;
  asking: boolean;
  onAsk: () => void;
}

function OnAir({ publisher, asking, onAsk }: OnAirProps) {
  const { t } = useTranslation();
  const late = publisher.backlog_ms >= kBacklogWorthWordsMs;
  return (
    <>
      <FactList>
        <Fact name={t("facts.protocol")}>{publisher.protocol.toUpperCase()}</Fact>
        <Fact name={t("facts.session")}>{publisher.session}</Fact>
        <Fact name={t("facts.peer")}>{publisher.peer}</Fact>
        <Fact name={t("facts.since")}>{formatElapsed(serverClock.now() - Date.parse(publisher.since))}</Fact>
        <Fact name={t("facts.backlog")} testid="backlog">
          {formatSeconds(publisher.backlog_ms)}
        </Fact>
      </FactList>
      <div className="mt-3 space-y-2.5">
        {late && <Notice>{t("facts.backlog_text", { time: formatSeconds(publisher.backlog_ms) })}</Notice>}
        <Button kind={late ? "main" : "plain"} className="w-full" disabled={asking} title={t("facts.reconnect_sure")} onClick={onAsk}>
          {t("facts.reconnect")}
        </Button>
      </div>
    </>
  );
}
