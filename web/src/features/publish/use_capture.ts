import { useCallback, useEffect, useRef, useState } from "react";

export type Source = "camera" | "screen";

export const kQualities = {
  "720p30": { width: 1280, height: 720, fps: 30, bitrateBps: 2_500_000 },
  "1080p30": { width: 1920, height: 1080, fps: 30, bitrateBps: 4_500_000 },
  "1080p60": { width: 1920, height: 1080, fps: 60, bitrateBps: 7_000_000 },
} as const;
export type Quality = keyof typeof kQualities;

export interface CaptureWish {
  source: Source;
  quality: Quality;
  /** Device ids; empty takes the browser's choice. */
  camera: string;
  microphone: string;
  sound: boolean;
}

export type CaptureFailure =
  /** Browsers give cameras to HTTPS pages and to the machine's own only. */
  | "insecure"
  | "denied"
  | "no_device"
  | "device_busy"
  /** The device was unplugged, or its sharing was stopped. */
  | "ended"
  | "unknown";

export interface Capture {
  media: MediaStream | null;
  failure: CaptureFailure | null;
  cameras: readonly MediaDeviceInfo[];
  microphones: readonly MediaDeviceInfo[];
  /** Null when it failed; `failure` says why. */
  take: (wish: CaptureWish) => Promise<MediaStream | null>;
  release: () => void;
}

export const canCapture = () => window.isSecureContext && navigator.mediaDevices !== undefined;

/** The camera or the screen, for as long as the page is there. */
export function useCapture(): Capture {
  const [media, setMedia] = useState<MediaStream | null>(null);
  const [failure, setFailure] = useState<CaptureFailure | null>(() => (canCapture() ? null : "insecure"));
  const [devices, setDevices] = useState<readonly MediaDeviceInfo[]>([]);
  const held = useRef<MediaStream | null>(null);

  const release = useCallback(() => {
    held.current?.getTracks().forEach((track) => track.stop());
    held.current = null;
    setMedia(null);
  }, []);

  const take = useCallback(
    async (wish: CaptureWish) => {
      try {
        const taken = await open(wish);
        const before = held.current;
        held.current = taken;
        before?.getTracks().forEach((track) => track.stop());
        taken.getVideoTracks()[0]?.addEventListener("ended", () => {
          if (held.current !== taken) return;
          release();
          setFailure("ended");
        });
        setMedia(taken);
        setFailure(null);
        // Names of devices are told only after the permission.
        setDevices(await navigator.mediaDevices.enumerateDevices());
        return taken;
      } catch (error) {
        setFailure(failureOf(error));
        return null;
      }
    },
    [release],
  );

  useEffect(() => {
    if (!canCapture()) return;
    const changed = () => void navigator.mediaDevices.enumerateDevices().then(setDevices);
    navigator.mediaDevices.addEventListener("devicechange", changed);
    return () => navigator.mediaDevices.removeEventListener("devicechange", changed);
  }, []);
  useEffect(() => release, [release]);

  return { media, failure, take, release, cameras: named(devices, "videoinput"), microphones: named(devices, "audioinput") };
}

async function open({ source, quality, camera, microphone, sound }: CaptureWish): Promise<MediaStream> {
  const { width, height, fps } = kQualities[quality];
  const size = { width: { ideal: width }, height: { ideal: height }, frameRate: { ideal: fps } };
  const { mediaDevices } = navigator;
  const taken =
    source === "screen"
      ? await mediaDevices.getDisplayMedia({ video: size, audio: sound })
      : await mediaDevices.getUserMedia({ video: { ...size, ...chosen(camera) }, audio: sound && chosen(microphone) });
  // Text on a screen is worth more than its motion; of a flight it is the other way round.
  for (const track of taken.getVideoTracks()) track.contentHint = source === "screen" ? "detail" : "motion";
  return taken;
}

function chosen(deviceId: string): MediaTrackConstraints {
  return deviceId ? { deviceId: { exact: deviceId } } : {};
}

/** Before the permission, browsers list devices without id and name. */
function named(devices: readonly MediaDeviceInfo[], kind: MediaDeviceKind): MediaDeviceInfo[] {
  return devices.filter((device) => device.kind === kind && device.deviceId !== "" && device.label !== "");
}

export function failureOf(error: unknown): CaptureFailure {
  if (!(error instanceof DOMException)) return "unknown";
  if (error.name === "NotAllowedError" || error.name === "SecurityError") return "denied";
  if (error.name === "NotFoundError" || error.name === "OverconstrainedError") return "no_device";
  return error.name === "NotReadableError" || error.name === "AbortError" ? "device_busy" : "unknown";
}
