import type { ButtonHTMLAttributes, ReactNode } from "react";

type Props = ButtonHTMLAttributes<HTMLButtonElement>;

const kKinds = {
  plain: "border border-line bg-raised text-text hover:border-accent",
  main: "bg-accent text-on-accent hover:opacity-90",
};

export function Button({ kind = "plain", className = "", ...rest }: Props & { kind?: keyof typeof kKinds }) {
  return (
    <button
      type="button"
      className={`inline-flex min-h-10 items-center justify-center gap-2 rounded-md px-3.5 text-sm font-medium transition disabled:opacity-50 ${kKinds[kind]} ${className}`}
      {...rest}
    />
  );
}

/** A button that shows a picture only; `label` is what it does, for ears and for a hovering pointer. */
export function IconButton({ label, className = "", children, ...rest }: Props & { label: string; children: ReactNode }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={`inline-flex size-10 shrink-0 items-center justify-center rounded-md text-text transition hover:bg-raised disabled:opacity-40 ${className}`}
      {...rest}
    >
      {children}
    </button>
  );
}
