import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, IconButton } from "@/ui/button";
import { CloseIcon, UplinkIcon } from "@/ui/icons";
import { formatShare } from "@/ui/format";
import type { Uploads } from "./uploads";

export function UploadButton({ onFiles }: { onFiles: (files: File[]) => void }) {
  const { t } = useTranslation();
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        multiple
        hidden
        aria-label={t("sources.upload")}
        accept=".mp4,.m4v,.mov,.mkv,.webm,.ts,.m2ts,.mts,.avi,.flv"
        onChange={(event) => {
          onFiles([...(event.target.files ?? [])]);
          event.target.value = "";
        }}
      />
      <Button onClick={() => input.current?.click()}>
        <UplinkIcon width="18" height="18" />
        {t("sources.upload")}
      </Button>
    </>
  );
}

/** What is under way, and how it ended. */
export function UploadList({ uploads }: { uploads: Uploads }) {
  const { t } = useTranslation();
  if (uploads.list.length === 0) return null;
  return (
    <ul className="mb-3 space-y-2">
      {uploads.list.map(({ id, file, share, state, why }) => (
        <li key={id} data-testid="upload" data-state={state} className="rounded-lg border border-line bg-panel px-3.5 py-2">
          <div className="flex items-center gap-3 text-[13px]">
            <p className={`min-w-0 flex-1 break-words ${state === "failed" ? "text-bad" : ""}`}>
              {state === "sending" && file}
              {state === "done" && t("sources.upload_done", { file })}
              {state === "failed" && t("sources.upload_failed", { file, why: why || t("sources.upload_broke") })}
            </p>
            {state === "sending" && <span className="text-muted tabular-nums">{formatShare(share)}</span>}
            <IconButton label={t(state === "sending" ? "sources.upload_cancel" : "sources.cancel", { file })} className="-mr-2" onClick={() => uploads.remove(id)}>
              <CloseIcon />
            </IconButton>
          </div>
          {state === "sending" && (
            <div role="progressbar" aria-label={file} aria-valuemin={0} aria-valuemax={100} aria-valuenow={Math.round(share * 100)} className="mb-1 h-1.5 overflow-hidden rounded-full bg-raised">
              <div className="h-full rounded-full bg-accent transition-[width]" style={{ width: `${share * 100}%` }} />
            </div>
          )}
        </li>
      ))}
    </ul>
  );
}
