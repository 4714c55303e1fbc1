const kDash = "–";

/** 2100000 -> "2.1 Mbit/s" */
export function formatBitrate(bps: number | undefined): string {
  if (!bps || bps <= 0) return kDash;
  if (bps >= 1e6) return `${(bps / 1e6).toFixed(bps >= 1e7 ? 0 : 1)} Mbit/s`;
  return `${Math.round(bps / 1e3)} kbit/s`;
}

export function formatSize(width?: number, height?: number): string {
  return width && height ? `${width} × ${height}` : kDash;
}

export function formatFps(fps: number | undefined): string {
  return fps && fps > 0 ? `${Number(fps.toFixed(fps < 10 ? 1 : 0))} fps` : kDash;
}

/** 84 -> "84 ms", 1840 -> "1.84 s": below a second the milliseconds are what people speak of. */
export function formatLatency(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms) || ms >= 1000) return formatSeconds(ms);
  return formatMilliseconds(ms);
}

export function formatMilliseconds(ms: number | null): string {
  return ms === null || !Number.isFinite(ms) ? kDash : `${Math.round(Math.max(0, ms))} ms`;
}

/** 0.0312 -> "3.1 %" */
export function formatShare(share: number | null): string {
  return share === null ? kDash : `${(share * 100).toFixed(share > 0 && share < 0.1 ? 1 : 0)} %`;
}

/** 1840 -> "1.84 s"; the digits keep their places so that a readout does not dance. */
export function formatSeconds(ms: number | null): string {
  if (ms === null || !Number.isFinite(ms)) return kDash;
  const seconds = Math.max(0, ms) / 1000;
  return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
}

/** 3723000 -> "1:02:03" */
export function formatElapsed(ms: number): string {
  const total = Math.max(0, Math.floor(ms / 1000));
  const [hours, minutes, seconds] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  return hours > 0 ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

export function formatCount(count: number | undefined, language: string): string {
  return count === undefined ? kDash : new Intl.NumberFormat(language).format(count);
}
