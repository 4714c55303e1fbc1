import { Link } from "@tanstack/react-router";
import { useEffect, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Pull, Push } from "@/api/contract";
import { useTransferAction } from "@/api/hooks";
import { serverClock } from "@/api/server_clock";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { PlayIcon, RestartIcon, StopIcon, TrashIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";

/** What can be done with a row, whichever kind it is of. */
export interface Actions {
  restart: () => Promise<unknown>;
  enable: (enabled: boolean) => Promise<unknown>;
  drop: () => Promise<unknown>;
}

interface Props {
  kind: "pull" | "push";
  row: Pull | Push;
  /** What it is called, in the list and when it is removed. */
  name: string;
  actions: Actions;
}

const kDots: Record<Pull["state"], string> = {
  stopped: "border border-muted",
  idle: "border border-accent",
  connecting: "bg-warn pulse",
  running: "bg-good",
  waiting: "bg-bad",
};

export function TransferRow({ kind, row, name, actions }: Props) {
  const { t } = useTranslation();
  const act = useTransferAction((what: () => Promise<unknown>) => what());
  return (
    <li data-testid={`${kind}-row`} data-state={row.state} className="rounded-lg border border-line bg-panel p-3.5 sm:p-4">
      <div className="flex flex-wrap items-start gap-x-4 gap-y-2">
        <div className="min-w-0 flex-1 basis-64">
          <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <Name row={row} />
            <State kind={kind} row={row} />
          </div>
          <p className="mt-1 font-mono text-[13px] break-all text-muted">{row.url}</p>
          <Tags kind={kind} row={row} />
        </div>
        <div className="-mr-1.5 ml-auto flex items-center">
          {row.state !== "stopped" && row.state !== "idle" && (
            <IconButton label={t("sources.restart")} onClick={() => act.mutate(actions.restart)}>
              <RestartIcon />
            </IconButton>
          )}
          {!row.configured && <Edit row={row} name={name} kind={kind} actions={actions} run={act.mutate} />}
        </div>
      </div>
      {row.error !== "" && row.state !== "running" && (
        <p data-testid="row-error" className="mt-2 text-sm break-words text-bad">
          {row.error}
        </p>
      )}
      {act.error && (
        <div className="mt-2">
          <Notice tone="bad">{act.error.message}</Notice>
        </div>
      )}
    </li>
  );
}

function Name({ row }: { row: Pull | Push }) {
  const { t } = useTranslation();
  const [app = "", stream = ""] = row.stream.split("/");
  const shape = "truncate font-semibold";
  if (row.several) return <h3 className={shape}>{row.stream}</h3>;
  return (
    <h3 className={shape}>
      <Link to="/watch/$app/$name" params={{ app, name: stream }} aria-label={t("streams.watch", { name: row.stream })} className="rounded hover:text-accent">
        {row.stream}
      </Link>
    </h3>
  );
}

function State({ kind, row }: { kind: "pull" | "push"; row: Pull | Push }) {
  const { t } = useTranslation();
  const idle = row.several ? (kind === "pull" ? "state_idle_template" : "state_idle_pattern") : `state_idle_${kind}`;
  const seconds = useSecondsUntil(row.next_try);
  return (
    <span data-testid="row-state" className="inline-flex items-center gap-2 text-[13px] text-muted">
      <span className={`size-2 shrink-0 rounded-full ${kDots[row.state]}`} />
      {t(`sources.${row.state === "idle" ? idle : `state_${row.state}`}`)}
      {seconds !== null && <span className="tabular-nums">· {t("sources.next_try", { seconds })}</span>}
    </span>
  );
}

/** Null while there is no next try. */
function useSecondsUntil(time: string | null): number | null {
  const [, tick] = useState(0);
  useEffect(() => {
    if (!time) return;
    const timer = setInterval(() => tick((n) => n + 1), 500);
    return () => clearInterval(timer);
  }, [time]);
  return time ? Math.max(0, Math.round((Date.parse(time) - serverClock.now()) / 1000)) : null;
}

function Tags({ kind, row }: { kind: "pull" | "push"; row: Pull | Push }) {
  const { t } = useTranslation();
  const tags: ReactNode[] = [];
  if (row.peer) tags.push(t(kind === "pull" ? "sources.via" : "sources.via_push", { protocol: row.transport ? `${row.protocol} (${row.transport})` : row.protocol, peer: row.peer }));
  else if (row.protocol) tags.push(row.protocol);
  if ("on_demand" in row && row.on_demand) tags.push(t("sources.on_demand"));
  if ("rank" in row && row.rank > 0) tags.push(t("sources.rank", { rank: row.rank }));
  for (const [name, value] of Object.entries(row.options)) tags.push(`${name}=${value}`);
  if (row.attempts > 1) tags.push(t("sources.attempts", { count: row.attempts }));
  if (row.configured) tags.push(<span title={t("sources.configured")}>{t("sources.configured_short")}</span>);
  if (tags.length === 0) return null;
  return (
    <ul className="mt-2 flex flex-wrap gap-1.5">
      {tags.map((tag, i) => (
        <li key={i} className="rounded border border-line px-1.5 py-0.5 text-xs text-muted">
          {tag}
        </li>
      ))}
    </ul>
  );
}

/** Only for what was added while the server ran: the file is the operator's. */
function Edit({ row, name, kind, actions, run }: Props & { run: (what: () => Promise<unknown>) => void }) {
  const { t } = useTranslation();
  return (
    <>
      <IconButton label={row.enabled ? t("sources.stop") : t("sources.start")} onClick={() => run(() => actions.enable(!row.enabled))}>
        {row.enabled ? <StopIcon /> : <PlayIcon />}
      </IconButton>
      <Dialog
        title={t("sources.remove_title", { name })}
        trigger={(open) => (
          <IconButton label={t("sources.remove")} onClick={open}>
            <TrashIcon />
          </IconButton>
        )}
      >
        {(close) => (
          <>
            <p className="text-sm text-muted">{t(kind === "pull" ? "sources.remove_text" : "sources.remove_push_text")}</p>
            <div className="mt-5 flex justify-end gap-2">
              <Button onClick={close}>{t("sources.cancel")}</Button>
              <Button
                kind="main"
                onClick={() => {
                  close();
                  run(actions.drop);
                }}
              >
                {t("sources.remove")}
              </Button>
            </div>
          </>
        )}
      </Dialog>
    </>
  );
}
