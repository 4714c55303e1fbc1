import type { ButtonHTMLAttributes, ReactNode } from "react";

type Props = ButtonHTMLAttributes<HTMLButtonElement>;

const kSizes = { usual: "min-h-10 px-3.5", small: "min-h-9 px-2.5 sm:px-3.5" };

const kKinds = {
  plain: "border border-line bg-raised text-text hover:border-accent",
  main: "bg-accent text-on-accent hover:opacity-90",
};

export function Button({ kind = "plain", size = "usual", className = "", ...rest }: Props & { kind?: keyof typeof kKinds; size?: keyof typeof kSizes }) {
  return (
    <button
      type="button"
      className={`inline-flex items-center justify-center gap-2 rounded-md text-sm font-medium transition disabled:opacity-50 ${kSizes[size]} ${kKinds[kind]} ${className}`}
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
