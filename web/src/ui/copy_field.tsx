import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./button";
import { CheckIcon, CopyIcon } from "./icons";

const kThanksMs = 1800;

/** The Clipboard API exists only on HTTPS and localhost; control rooms often have neither. */
async function copy(text: string, field: HTMLInputElement | null): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    field?.select();
    return document.execCommand("copy");
  }
}

/** A text to take away: selectable, and one press copies it. */
export function CopyField({ label, text }: { label: string; text: string }) {
  const { t } = useTranslation();
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), kThanksMs);
    return () => clearTimeout(timer);
  }, [copied]);
  return (
    <div className="min-w-0">
      <div className="mb-1 text-xs text-muted">{label}</div>
      <div className="flex items-center rounded-md border border-line bg-ground focus-within:border-accent">
        <input
          ref={field}
          readOnly
          aria-label={label}
          value={text}
          onFocus={(event) => event.target.select()}
          className="h-10 min-w-0 flex-1 bg-transparent px-3 font-mono text-[13px] text-text outline-none"
        />
        <IconButton label={`${t("common.copy")}: ${label}`} onClick={() => void copy(text, field.current).then(setCopied)}>
          {copied ? <CheckIcon className="text-good" /> : <CopyIcon />}
        </IconButton>
      </div>
      <span role="status" className="sr-only">
        {copied ? t("common.copied") : ""}
      </span>
    </div>
  );
}
