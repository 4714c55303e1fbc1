import { useTranslation } from "react-i18next";

/** On air, waiting, or ready to start; a word and a shape, never colour alone. */
export function StateBadge({ state }: { state: "live" | "waiting" | "idle" }) {
  const { t } = useTranslation();
  if (state === "live") {
    return (
      <span data-testid="badge" className="inline-flex h-6 items-center gap-1.5 rounded bg-live px-2 text-xs font-semibold text-white">
        <span className="pulse size-1.5 rounded-full bg-white" />
        {t("stream.live")}
      </span>
    );
  }
  if (state === "idle") {
    return (
      <span data-testid="badge" className="inline-flex h-6 items-center gap-1.5 rounded border border-line bg-panel px-2 text-xs font-semibold text-muted">
        <span className="size-0 border-y-4 border-l-[6px] border-y-transparent border-l-current" />
        {t("stream.idle")}
      </span>
    );
  }
  return (
    <span data-testid="badge" className="inline-flex h-6 items-center gap-1.5 rounded border border-warn bg-warn-ground px-2 text-xs font-semibold text-warn">
      <span className="size-1.5 rounded-full border border-warn" />
      {t("stream.waiting")}
    </span>
  );
}
