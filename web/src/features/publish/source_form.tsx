import { useId } from "react";
import { useTranslation } from "react-i18next";
import { Segmented } from "@/ui/segmented";
import { kQualities, type Capture, type CaptureWish, type Quality, type Source } from "./use_capture";

interface Props {
  wish: CaptureWish;
  capture: Capture;
  simulcast: boolean;
  /** On air: what cannot be changed under way is held. */
  busy: boolean;
  onWish: (wish: CaptureWish) => void;
  onSimulcast: (on: boolean) => void;
}

export function SourceForm({ wish, capture, simulcast, busy, onWish, onSimulcast }: Props) {
  const { t } = useTranslation();
  const change = (part: Partial<CaptureWish>) => onWish({ ...wish, ...part });
  return (
    <div className="space-y-4">
      <Segmented<Source>
        name="source"
        label={t("send.source")}
        value={wish.source}
        onChange={(source) => change({ source })}
        choices={[
          { value: "camera", label: t("send.camera"), face: t("send.camera") },
          { value: "screen", label: t("send.screen"), face: t("send.screen") },
        ]}
      />
      {wish.source === "camera" && capture.cameras.length > 0 && (
        <Select label={t("send.which_camera")} value={wish.camera} options={optionsOf(capture.cameras)} onChange={(camera) => change({ camera })} />
      )}
      {wish.source === "camera" && wish.sound && capture.microphones.length > 0 && (
        <Select label={t("send.which_microphone")} value={wish.microphone} options={optionsOf(capture.microphones)} onChange={(microphone) => change({ microphone })} />
      )}
      <Select
        label={t("send.quality")}
        value={wish.quality}
        disabled={busy}
        options={Object.keys(kQualities).map((quality) => ({ value: quality, text: quality }))}
        onChange={(quality) => change({ quality: quality as Quality })}
      />
      <Check label={t("send.sound")} hint={wish.source === "screen" ? t("send.sound_screen_hint") : ""} checked={wish.sound} disabled={busy} onChange={(sound) => change({ sound })} />
      <Check label={t("send.simulcast")} hint={t("send.simulcast_hint")} checked={simulcast} disabled={busy} onChange={onSimulcast} />
    </div>
  );
}

function optionsOf(devices: readonly MediaDeviceInfo[]) {
  return devices.map(({ deviceId, label }) => ({ value: deviceId, text: label }));
}

interface SelectProps {
  label: string;
  value: string;
  options: readonly { value: string; text: string }[];
  disabled?: boolean;
  onChange: (value: string) => void;
}

function Select({ label, value, options, disabled, onChange }: SelectProps) {
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs text-muted">
        {label}
      </label>
      <select
        id={id}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(event.target.value)}
        className="h-10 w-full rounded-md border border-line bg-ground px-2.5 text-sm disabled:opacity-60"
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}

interface CheckProps {
  label: string;
  hint: string;
  checked: boolean;
  disabled: boolean;
  onChange: (checked: boolean) => void;
}

function Check({ label, hint, checked, disabled, onChange }: CheckProps) {
  const id = useId();
  return (
    <div className="flex gap-2.5">
      <input id={id} type="checkbox" className="mt-1 size-4 shrink-0 accent-accent" checked={checked} disabled={disabled} aria-describedby={`${id}-hint`} onChange={(event) => onChange(event.target.checked)} />
      <div>
        <label htmlFor={id} className="text-sm">
          {label}
        </label>
        <p id={`${id}-hint`} className="text-xs text-muted empty:hidden">
          {hint}
        </p>
      </div>
    </div>
  );
}
