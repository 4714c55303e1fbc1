import type { ReactNode } from "react";

export interface Choice<T extends string> {
  value: T;
  /** What is heard and hovered. */
  label: string;
  /** What is seen. */
  face: ReactNode;
}

/** One of a few, all visible. Radio buttons underneath, so arrow keys work as everywhere. */
export function Segmented<T extends string>(props: { name: string; label: string; value: T; choices: readonly Choice<T>[]; onChange: (value: T) => void }) {
  return (
    <div role="radiogroup" aria-label={props.label} className="inline-flex h-9 items-stretch rounded-md border border-line bg-panel p-0.5">
      {props.choices.map((choice) => (
        <label
          key={choice.value}
          title={choice.label}
          className="inline-flex min-w-8 cursor-pointer items-center justify-center rounded px-2 text-xs font-medium text-muted transition hover:text-text has-checked:bg-raised has-checked:text-text has-focus-visible:outline-2 has-focus-visible:outline-accent"
        >
          <input
            type="radio"
            className="sr-only"
            name={props.name}
            value={choice.value}
            aria-label={choice.label}
            checked={choice.value === props.value}
            onChange={() => props.onChange(choice.value)}
          />
          {choice.face}
        </label>
      ))}
    </div>
  );
}
