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
  const spares = stream.publishers.length - (publisher ? 1 : 0);
  return (
    <FactSection title={t("facts.publisher")}>
      {publisher ? <OnAir publisher={publisher} name={stream.name} /> : <p className="text-sm text-muted">{t("facts.no_publisher")}</p>}
      {spares > 0 && (
        <FactList>
          <Fact name={t("facts.spares")}>{spares}</Fact>
        </FactList>
      )}
    </FactSection>
  );
}

function OnAir({ publisher, name }: { publisher: PublisherFacts; name: string }) {
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
        <Reconnect name={name} late={late} />
      </div>
    </>
  );
}

function Reconnect({ name, late }: { name: string; late: boolean }) {
  const { t } = useTranslation();
  const ask = useAskToReconnect(name);
  return (
    <>
      <Button kind={late ? "main" : "plain"} className="w-full" disabled={ask.isPending} title={t("facts.reconnect_sure")} onClick={() => ask.mutate()}>
        {t("facts.reconnect")}
      </Button>
      <p role="status" className="text-xs text-muted empty:hidden">
        {ask.isSuccess && t("facts.reconnect_asked")}
        {ask.isError && t("facts.reconnect_failed", { message: ask.error.message })}
      </p>
    </>
  );
}
