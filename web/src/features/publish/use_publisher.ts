import { useCallback, useEffect, useState, useSyncExternalStore } from "react";
import type { SendFigures } from "@/rtc/send_stats";
import { WhipPublisher, type PublishOptions, type PublishState } from "@/rtc/whip_publisher";

const kIdle: PublishState = { kind: "idle" };
const kFiguresEveryMs = 1000;

/** What is on air from this page; nothing when it is left. */
export function usePublisher() {
  const [publisher, setPublisher] = useState<WhipPublisher | null>(null);
  useEffect(() => () => publisher?.stop(), [publisher]);
  const subscribe = useCallback((listener: () => void) => publisher?.subscribe(listener) ?? (() => {}), [publisher]);
  const state = useSyncExternalStore(subscribe, () => publisher?.getState() ?? kIdle);
  const start = useCallback((url: string, media: MediaStream, options: PublishOptions) => {
    const made = new WhipPublisher(url, media, options);
    made.start();
    setPublisher(made);
  }, []);
  const stop = useCallback(() => setPublisher(null), []);
  return { publisher, state, start, stop };
}

export function useSendFigures(publisher: WhipPublisher | null): SendFigures | null {
  const [figures, setFigures] = useState<SendFigures | null>(null);
  useEffect(() => {
    if (!publisher) return;
    let current = true;
    const timer = setInterval(() => void publisher.figures().then((now) => current && setFigures(now)), kFiguresEveryMs);
    return () => {
      current = false;
      clearInterval(timer);
      setFigures(null);
    };
  }, [publisher]);
  return figures;
}
