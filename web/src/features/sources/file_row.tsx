import { Link } from "@tanstack/react-router";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { skipFile } from "@/api/client";
import type { FilePlayer, Library } from "@/api/contract";
import { useFilesAction } from "@/api/hooks";
import { Button, IconButton } from "@/ui/button";
import { formatElapsed } from "@/ui/format";
import { NextIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";
import { FileQueue } from "./file_queue";

const kDots: Record<FilePlayer["state"], string> = {
  opening: "bg-warn pulse",
  playing: "bg-good",
  waiting: "border border-accent",
  done: "border border-muted",
  off: "border border-muted",
};

export function FileRow({ player, library }: { player: FilePlayer; library: Library["files"] }) {
  const { t } = useTranslation();
  const [open, setOpen] = useState(false);
  const act = useFilesAction((what: () => Promise<unknown>) => what());
  const queueId = useId();
  const [app = "", stream = ""] = player.name.split("/");
  return (
    <li data-testid="file-row" data-state={player.state} className="rounded-lg border border-line bg-panel p-3.5 sm:p-4">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <h3 className="truncate font-semibold">
          <Link to="/watch/$app/$name" params={{ app, name: stream }} aria-label={t("streams.watch", { name: player.name })} className="rounded hover:text-accent">
            {player.name}
          </Link>
        </h3>
        <span data-testid="row-state" className="inline-flex items-center gap-2 text-[13px] text-muted">
          <span className={`size-2 shrink-0 rounded-full ${kDots[player.state]}`} />
          {t(`sources.file_${player.state}`)}
        </span>
        {player.loop && <span className="rounded border border-line px-1.5 py-0.5 text-xs text-muted">{t("sources.file_loop")}</span>}
        {player.rank > 0 && <span className="rounded border border-line px-1.5 py-0.5 text-xs text-muted">{t("sources.rank", { rank: player.rank })}</span>}
      </div>
      {player.file !== "" && <Progress player={player} />}
      {player.file === "" && player.error !== "" && <p className="mt-2 text-sm break-words text-bad">{player.error}</p>}
      <div className="mt-2 flex items-center gap-2">
        <Button size="small" aria-expanded={open} aria-controls={queueId} onClick={() => setOpen(!open)}>
          {t("sources.file_queue")}
          <span className="text-muted">{t("sources.file_count", { count: player.queue.length })}</span>
        </Button>
        <IconButton label={t("sources.file_next")} disabled={player.state === "off" || player.queue.length === 0} onClick={() => act.mutate(() => skipFile(player))}>
          <NextIcon />
        </IconButton>
      </div>
      {act.error && (
        <div className="mt-2">
          <Notice tone="bad">{act.error.message}</Notice>
        </div>
      )}
      <div id={queueId}>{open && <FileQueue player={player} library={library} run={act.mutate} />}</div>
    </li>
  );
}

function Progress({ player }: { player: FilePlayer }) {
  const { t } = useTranslation();
  const share = player.duration_ms > 0 ? Math.min(1, player.position_ms / player.duration_ms) : 0;
  return (
    <div className="mt-2">
      <div className="flex items-baseline justify-between gap-3 text-[13px]">
        <span data-testid="file-now" className="min-w-0 font-mono break-all">
          {player.file}
        </span>
        <span className="shrink-0 text-muted tabular-nums">
          {formatElapsed(player.position_ms)}
          {player.duration_ms > 0 && ` / ${formatElapsed(player.duration_ms)}`}
        </span>
      </div>
      <div
        role="progressbar"
        aria-label={t("sources.file_position", { file: player.file })}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(share * 100)}
        className="mt-1.5 h-1.5 overflow-hidden rounded-full bg-raised"
      >
        <div className="h-full rounded-full bg-accent transition-[width] duration-1000 ease-linear" style={{ width: `${share * 100}%` }} />
      </div>
    </div>
  );
}
