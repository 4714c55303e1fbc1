import { useCallback, useEffect, useState, type RefObject } from "react";

const kVolumeKey = "eyas.volume";

function storedVolume(): number {
  try {
    const volume = Number(localStorage.getItem(kVolumeKey) ?? "1");
    return volume > 0 && volume <= 1 ? volume : 1;
  } catch {
    return 1;
  }
}

/** Sound of one media element. It begins muted, because browsers start nothing by themselves that can be heard. */
export function useSound(video: RefObject<HTMLVideoElement | null>) {
  const [muted, setMutedState] = useState(true);
  const [volume, setVolumeState] = useState(storedVolume);
  useEffect(() => {
    if (!video.current) return;
    video.current.muted = muted;
    video.current.volume = volume;
  }, [video, muted, volume]);
  const setVolume = useCallback((next: number) => {
    setMutedState(next === 0);
    if (next === 0) return;
    setVolumeState(next);
    try {
      localStorage.setItem(kVolumeKey, String(next));
    } catch {
      // Without storage the volume holds for this visit.
    }
  }, []);
  return { muted, volume, setMuted: setMutedState, setVolume };
}
