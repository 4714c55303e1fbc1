import type { ReactNode } from "react";
import { WarnIcon } from "./icons";

export function Notice({ children, tone = "warn" }: { children: ReactNode; tone?: "warn" | "bad" }) {
  const colour = tone === "warn" ? "border-warn/50 bg-warn-ground text-warn" : "border-bad/50 bg-bad-ground text-bad";
  return (
    <div role="status" className={`flex gap-2.5 rounded-md border px-3 py-2.5 text-sm ${colour}`}>
      <WarnIcon className="mt-0.5 shrink-0" width="18" height="18" />
      <div>{children}</div>
    </div>
  );
}
