import * as Radix from "@radix-ui/react-tabs";
import type { ReactNode } from "react";

export function Tabs({ label, tabs }: { label: string; tabs: readonly { id: string; title: string; body: ReactNode }[] }) {
  return (
    <Radix.Root defaultValue={tabs[0]?.id}>
      <Radix.List aria-label={label} className="mb-4 flex gap-1 border-b border-line">
        {tabs.map((tab) => (
          <Radix.Trigger
            key={tab.id}
            value={tab.id}
            className="-mb-px min-h-10 border-b-2 border-transparent px-3 text-sm font-medium text-muted hover:text-text data-[state=active]:border-accent data-[state=active]:text-text"
          >
            {tab.title}
          </Radix.Trigger>
        ))}
      </Radix.List>
      {tabs.map((tab) => (
        <Radix.Content key={tab.id} value={tab.id} className="space-y-3 rounded">
          {tab.body}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
