import { Link, Outlet } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { useStreams, type StreamsView } from "@/api/hooks";
import { PublishHelp } from "@/features/publish/publish_help";
import { Button } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Mark, MoonIcon, ScreenIcon, SourcesIcon, SunIcon, UplinkIcon } from "@/ui/icons";
import { Segmented } from "@/ui/segmented";
import { setTheme, useTheme, type Theme } from "@/ui/theme";
import { setLanguage, type Language } from "@/ui/words";

export function Shell() {
  const { t } = useTranslation();
  return (
    <div className="flex min-h-dvh flex-col font-sans">
      <a href="#main" className="sr-only focus:not-sr-only focus:absolute focus:z-50 focus:m-2 focus:rounded focus:bg-accent focus:px-3 focus:py-2 focus:text-on-accent">
        {t("app.skip")}
      </a>
      <Header />
      <main id="main" tabIndex={-1} className="flex-1 outline-none">
        <Outlet />
      </main>
    </div>
  );
}

function Header() {
  const { t } = useTranslation();
  return (
    <header className="sticky top-0 z-30 border-b border-line bg-panel">
      <div className="mx-auto flex h-14 max-w-[100rem] items-center gap-2 px-3 sm:gap-3 sm:px-6">
        <Link to="/" aria-label={t("app.home")} className="flex items-center gap-2.5 rounded">
          <Mark />
          <span className="hidden text-lg font-semibold tracking-tight sm:inline">{t("app.name")}</span>
        </Link>
        <LineState />
        <div className="ml-auto flex items-center gap-2">
          <Link to="/sources" className="inline-flex min-h-9 items-center gap-2 rounded-md px-2 text-sm font-medium text-muted hover:text-text [&.active]:text-text">
            <SourcesIcon width="18" height="18" />
            <span className="max-sm:sr-only">{t("sources.title")}</span>
          </Link>
          <Dialog
            title={t("publish.title")}
            trigger={(open) => (
              <Button size="small" onClick={open}>
                <UplinkIcon width="18" height="18" />
                <span className="max-[420px]:sr-only">{t("app.howToPublish")}</span>
              </Button>
            )}
          >
            <PublishHelp />
          </Dialog>
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

const kLineDot: Record<StreamsView["line"], string> = {
  live: "bg-good",
  polled: "bg-warn",
  connecting: "bg-warn pulse",
  lost: "bg-bad",
};

function LineState() {
  const { t } = useTranslation();
  const { line } = useStreams();
  return (
    <span role="status" data-testid="line" data-line={line} title={t(`line.${line}`)} className="inline-flex items-center gap-2 text-xs text-muted sm:ml-3">
      <span className={`size-2 rounded-full ${kLineDot[line]}`} />
      <span className={line === "lost" ? "" : "max-lg:sr-only"}>{t(`line.${line}`)}</span>
    </span>
  );
}

function LanguageSwitch() {
  const { t, i18n } = useTranslation();
  return (
    <Segmented<Language>
      name="language"
      label={t("settings.language")}
      value={i18n.language === "ko" ? "ko" : "en"}
      onChange={setLanguage}
      choices={[
        { value: "ko", label: "한국어", face: <span lang="ko">한</span> },
        { value: "en", label: "English", face: <span lang="en">EN</span> },
      ]}
    />
  );
}

function ThemeSwitch() {
  const { t } = useTranslation();
  const size = { width: 16, height: 16 };
  return (
    <Segmented<Theme>
      name="theme"
      label={t("settings.theme")}
      value={useTheme()}
      onChange={setTheme}
      choices={[
        { value: "system", label: t("settings.theme_system"), face: <ScreenIcon {...size} /> },
        { value: "light", label: t("settings.theme_light"), face: <SunIcon {...size} /> },
        { value: "dark", label: t("settings.theme_dark"), face: <MoonIcon {...size} /> },
      ]}
    />
  );
}
