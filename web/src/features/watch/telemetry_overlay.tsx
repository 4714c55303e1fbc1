import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Telemetry } from "@/api/telemetry";

/** What the aircraft said when the picture was taken, over the picture's upper edge. Phones get one line of it. */
export function TelemetryOverlay({ telemetry }: { telemetry: Telemetry }) {
  const { t } = useTranslation();
  const { lat, lon, alt_m, rel_alt_m, heading, speed_mps, climb_mps, battery_pct } = telemetry;
  const height = rel_alt_m ?? alt_m;
  return (
    <dl
      aria-label={t("telemetry.title")}
      data-testid="telemetry"
      className="pointer-events-none absolute inset-x-2 top-2 flex flex-wrap gap-x-4 gap-y-1 rounded-md bg-black/55 px-3 py-1.5 text-xs text-white tabular-nums sm:right-auto sm:text-sm"
    >
      {height !== undefined && <Value name={t(rel_alt_m === undefined ? "telemetry.altitude" : "telemetry.height")} field="height">{height.toFixed(1)} m</Value>}
      {speed_mps !== undefined && <Value name={t("telemetry.speed")} field="speed">{speed_mps.toFixed(1)} m/s</Value>}
      {climb_mps !== undefined && <Value name={t("telemetry.climb")} field="climb" wide>{climb_mps.toFixed(1)} m/s</Value>}
      {heading !== undefined && <Value name={t("telemetry.heading")} field="heading" wide>{Math.round(heading)}°</Value>}
      {lat !== undefined && lon !== undefined && (
        <Value name={t("telemetry.position")} field="position" wide>
          {lat.toFixed(5)}, {lon.toFixed(5)}
        </Value>
      )}
      {battery_pct !== undefined && <Value name={t("telemetry.battery")} field="battery">{Math.round(battery_pct)} %</Value>}
    </dl>
  );
}

function Value({ name, field, wide = false, children }: { name: string; field: string; wide?: boolean; children: ReactNode }) {
  return (
    <div className={`items-baseline gap-1.5 ${wide ? "hidden sm:flex" : "flex"}`}>
      <dt className="text-white/70">{name}</dt>
      <dd className="font-medium" data-field={field}>
        {children}
      </dd>
    </div>
  );
}
