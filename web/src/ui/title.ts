import { useEffect } from "react";

const kOurName = "Eyas";

/** The tab's title, so that one among many tabs is found. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · ${kOurName}`;
    return () => {
      document.title = kOurName;
    };
  }, [title]);
}
