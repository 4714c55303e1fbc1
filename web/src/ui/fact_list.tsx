import type { ReactNode } from "react";

export function FactSection({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="border-t border-line px-4 py-3.5 first:border-t-0">
      <h3 className="mb-1.5 text-xs font-semibold tracking-wide text-muted">{title}</h3>
      {children}
    </section>
  );
}

export function FactList({ children }: { children: ReactNode }) {
  return <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">{children}</dl>;
}

export function Fact({ name, children, testid }: { name: string; children: ReactNode; testid?: string }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="text-right font-medium tabular-nums" data-testid={testid}>
        {children}
      </dd>
    </>
  );
}
