import { useId } from "react";
import { useTranslation } from "react-i18next";

interface Props {
  name: string;
  good: boolean;
  disabled?: boolean;
  onChange: (name: string) => void;
}

export function NameField({ name, good, disabled = false, onChange }: Props) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs text-muted">
        {t("publish.name")}
      </label>
      <input
        id={id}
        value={name}
        spellCheck={false}
        autoCapitalize="off"
        autoComplete="off"
        disabled={disabled}
        aria-invalid={!good}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value.trim())}
        className="h-10 w-full rounded-md border border-line bg-ground px-3 font-mono text-[13px] disabled:opacity-60 aria-invalid:border-bad"
      />
      <p id={`${id}-hint`} className={`mt-1 text-xs ${good ? "text-muted" : "text-bad"}`}>
        {good ? t("publish.name_hint") : t("publish.name_bad")}
      </p>
    </div>
  );
}
