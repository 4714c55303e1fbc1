import { useEffect, useState, type RefObject } from "react";

const kQuietAfterMs = 2500;

/** True while this element fills the screen and nobody has touched anything for a while: the controls may go. */
export function useQuiet(frame: RefObject<HTMLElement | null>): boolean {
  const [quiet, setQuiet] = useState(false);
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stir = () => {
      setQuiet(false);
      clearTimeout(timer);
      if (document.fullscreenElement === element) timer = setTimeout(() => setQuiet(true), kQuietAfterMs);
    };
    const listening = new AbortController();
    const options = { signal: listening.signal, passive: true };
    for (const event of ["pointermove", "pointerdown", "keydown", "focusin"]) element.addEventListener(event, stir, options);
    document.addEventListener("fullscreenchange", stir, options);
    return () => {
      listening.abort();
      clearTimeout(timer);
    };
  }, [frame]);
  return quiet;
}
