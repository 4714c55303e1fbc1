import { useTranslation } from "react-i18next";
import { useFiles, useLibrary } from "@/api/hooks";
import { FileRow } from "./file_row";
import { UploadButton, UploadList } from "./upload";
import { useUploads } from "./uploads";

/** Streams that play files, and how files come to the server. */
export function FilesSection() {
  const { t } = useTranslation();
  const files = useFiles();
  const library = useLibrary();
  const uploads = useUploads();
  return (
    <section data-testid="files" className="mb-10">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-3">
        <div>
          <h2 className="text-lg font-semibold">{t("sources.files")}</h2>
          <p className="text-sm text-muted">{t("sources.files_text")}</p>
        </div>
        {library.data?.upload && <UploadButton onFiles={uploads.add} />}
      </div>
      <UploadList uploads={uploads} />
      {!files.data && <p className="text-muted">{t("sources.loading")}</p>}
      {files.data?.length === 0 && <p className="rounded-lg border border-dashed border-line px-4 py-8 text-center text-sm text-balance text-muted">{t("sources.files_empty")}</p>}
      {files.data && files.data.length > 0 && (
        <ul className="space-y-3">
          {files.data.map((player) => (
            <FileRow key={player.name} player={player} library={library.data?.files ?? []} />
          ))}
        </ul>
      )}
    </section>
  );
}
