import { createInstance } from "i18next";
import { initReactI18next } from "react-i18next";
import { en } from "./en";
import { ko } from "./ko";

export const kLanguages = ["ko", "en"] as const;
export type Language = (typeof kLanguages)[number];

const kStorageKey = "eyas.language";

/** What was chosen before, else the browser's first language that we have, else English. */
export function detectLanguage(stored: string | null, browser: readonly string[]): Language {
  if (stored === "ko" || stored === "en") return stored;
  for (const tag of browser) {
    const found = kLanguages.find((language) => tag.toLowerCase().split("-")[0] === language);
    if (found) return found;
  }
  return "en";
}

function stored(): string | null {
  try {
    return localStorage.getItem(kStorageKey);
  } catch {
    return null;
  }
}

export const words = createInstance();

export function startWords(): void {
  const lng = detectLanguage(stored(), navigator.languages);
  void words.use(initReactI18next).init({
    resources: { en: { translation: en }, ko: { translation: ko } },
    lng,
    fallbackLng: "en",
    initAsync: false,
    // React escapes what it renders.
    interpolation: { escapeValue: false },
  });
  document.documentElement.lang = lng;
}

export function setLanguage(language: Language): void {
  try {
    localStorage.setItem(kStorageKey, language);
  } catch {
    // Without storage the choice holds for this visit.
  }
  document.documentElement.lang = language;
  void words.changeLanguage(language);
}
