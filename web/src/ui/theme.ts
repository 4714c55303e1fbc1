import { useSyncExternalStore } from "react";

export const kThemes = ["system", "light", "dark"] as const;
export type Theme = (typeof kThemes)[number];

/** Also read by public/first_paint.js. */
const kStorageKey = "eyas.theme";
const listeners = new Set<() => void>();
let chosen: Theme = "system";

function system(): MediaQueryList {
  return window.matchMedia("(prefers-color-scheme: light)");
}

function apply(): void {
  document.documentElement.dataset.theme = chosen === "system" ? (system().matches ? "light" : "dark") : chosen;
}

export function startTheme(): void {
  try {
    const stored = localStorage.getItem(kStorageKey);
    if (stored === "light" || stored === "dark") chosen = stored;
  } catch {
    // Storage may be forbidden; the system's choice stands.
  }
  apply();
  system().addEventListener("change", apply);
}

export function setTheme(theme: Theme): void {
  chosen = theme;
  try {
    if (theme === "system") localStorage.removeItem(kStorageKey);
    else localStorage.setItem(kStorageKey, theme);
  } catch {
    // Without storage the choice holds for this visit.
  }
  apply();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, () => chosen);
}
