import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { moveFile, queueFile, skipFile, unqueueFile } from "@/api/client";
import type { FileEntry, FilePlayer, Library } from "@/api/contract";
import { Button, IconButton } from "@/ui/button";
import { DownIcon, PlayIcon, PlusIcon, TrashIcon, UpIcon } from "@/ui/icons";

interface Props {
  player: FilePlayer;
  library: Library["files"];
  run: (what: () => Promise<unknown>) => void;
}

/** What plays after what; everything in it can be moved, played at once or taken out. */
export function FileQueue({ player, library, run }: Props) {
  return (
    <div data-testid="file-queue" className="mt-3 border-t border-line pt-2">
      <ol>
        {player.queue.map((entry, index) => (
          <Row key={entry.id} player={player} entry={entry} index={index} run={run} />
        ))}
      </ol>
      <Add player={player} library={library} run={run} />
    </div>
  );
}

function Row({ player, entry, index, run }: Pick<Props, "player" | "run"> & { entry: FileEntry; index: number }) {
  const { t } = useTranslation();
  const { file } = entry;
  const now = entry.id === player.entry;
  return (
    <li data-testid="file-entry" aria-current={now} className="flex flex-wrap items-center gap-x-2 border-b border-line/60 py-1 last:border-b-0">
      <div className="min-w-0 flex-1 basis-32">
        <p className={`font-mono text-[13px] break-all ${now ? "font-semibold text-accent" : ""}`}>{file}</p>
        {entry.note !== "" && <p className="text-xs break-words text-warn">{entry.note}</p>}
      </div>
      <div className="-mr-1.5 ml-auto flex">
        <IconButton label={t("sources.file_play", { file })} disabled={now} onClick={() => run(() => skipFile(player, entry.id))}>
          <PlayIcon />
        </IconButton>
        <IconButton label={t("sources.file_up", { file })} disabled={index === 0} onClick={() => run(() => moveFile(player, entry.id, index - 1))}>
          <UpIcon />
        </IconButton>
        <IconButton label={t("sources.file_down", { file })} disabled={index === player.queue.length - 1} onClick={() => run(() => moveFile(player, entry.id, index + 1))}>
          <DownIcon />
        </IconButton>
        <IconButton label={t("sources.file_out", { file })} onClick={() => run(() => unqueueFile(player, entry.id))}>
          <TrashIcon />
        </IconButton>
      </div>
    </li>
  );
}

function Add({ player, library, run }: Props) {
  const { t } = useTranslation();
  const [file, setFile] = useState("");
  const id = useId();
  if (library.length === 0) return null;
  return (
    <div className="mt-3 flex flex-wrap items-end gap-2">
      <div className="min-w-0 flex-1 basis-48">
        <label htmlFor={id} className="mb-1 block text-xs font-medium text-muted">
          {t("sources.file_add")}
        </label>
        <select id={id} value={file} onChange={(event) => setFile(event.target.value)} className="h-10 w-full rounded-md border border-line bg-ground px-2 font-mono text-[13px]">
          <option value="">{t("sources.file_choose")}</option>
          {library.map((one) => (
            <option key={one.name}>{one.name}</option>
          ))}
        </select>
      </div>
      <Button disabled={file === ""} onClick={() => run(() => queueFile(player, file))}>
        <PlusIcon width="18" height="18" />
        {t("sources.save")}
      </Button>
    </div>
  );
}
