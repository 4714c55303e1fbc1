import { useId, type ReactNode } from "react";

const kBox = "w-full rounded-md border border-line bg-ground px-3 font-mono text-[13px] aria-invalid:border-bad";

interface Props {
  label: string;
  hint?: string;
  /** What is wrong with it; it stands in the hint's place. */
  error?: string;
  value: string;
  required?: boolean;
  type?: "text" | "number";
  /** More than one line of text. */
  lines?: number;
  onChange: (value: string) => void;
}

/** A text with its name above it, and below it what may stand there or what is wrong. */
export function Field({ label, hint, error, value, required = false, type = "text", lines, onChange }: Props) {
  const id = useId();
  const shared = {
    id,
    value,
    required,
    spellCheck: false,
    autoCapitalize: "off",
    autoComplete: "off",
    "aria-invalid": error !== undefined,
    "aria-describedby": `${id}-hint`,
  };
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs font-medium text-muted">
        {label}
      </label>
      {lines ? (
        <textarea {...shared} rows={lines} onChange={(event) => onChange(event.target.value)} className={`${kBox} py-2`} />
      ) : (
        <input {...shared} type={type} min={type === "number" ? 0 : undefined} onChange={(event) => onChange(event.target.value)} className={`${kBox} h-10`} />
      )}
      <p id={`${id}-hint`} className={`mt-1 text-xs text-balance ${error ? "text-bad" : "text-muted"}`}>
        {error ?? hint}
      </p>
    </div>
  );
}

interface CheckProps {
  label: string;
  hint: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function CheckField({ label, hint, checked, disabled = false, onChange }: CheckProps): ReactNode {
  return (
    <label className={`flex gap-3 ${disabled ? "opacity-60" : "cursor-pointer"}`}>
      <input type="checkbox" checked={checked} disabled={disabled} onChange={(event) => onChange(event.target.checked)} className="mt-0.5 size-4 shrink-0 accent-(--accent)" />
      <span>
        <span className="block text-sm">{label}</span>
        <span className="block text-xs text-muted">{hint}</span>
      </span>
    </label>
  );
}
