import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PublishHelp } from "@/features/publish/publish_help";
import { StreamsPage } from "@/features/streams/streams_page";
import type { TransportKind } from "@/player/transport";
import { Button } from "@/ui/button";
import { Mark } from "@/ui/icons";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Broken });

/** What the address may insist on by ?via=; native HLS is what "ll-hls" means where there is nothing else. */
const kTransports: readonly TransportKind[] = ["whep", "ll-hls", "http-flv"];

const list = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: () => <StreamsPage help={<PublishHelp />} />,
});

const watch = createRoute({
  getParentRoute: () => root,
  path: "/watch/$app/$name",
  validateSearch: (search: Record<string, unknown>): { via?: TransportKind } => ({ via: kTransports.find((kind) => kind === search.via) }),
  component: lazyRouteComponent(() => import("./watch_route"), "WatchRoute"),
});

const publish = createRoute({
  getParentRoute: () => root,
  path: "/publish",
  validateSearch: (search: Record<string, unknown>): { name?: string } => ({ name: typeof search.name === "string" ? search.name : undefined }),
  component: lazyRouteComponent(() => import("./publish_route"), "PublishRoute"),
});

const sources = createRoute({
  getParentRoute: () => root,
  path: "/sources",
  component: lazyRouteComponent(() => import("@/features/sources/sources_page"), "SourcesPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([list, watch, publish, sources]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function Lost() {
  const { t } = useTranslation();
  return (
    <div className="mx-auto max-w-xl px-6 py-20 text-center sm:py-32">
      <Mark width="72" height="53" className="mx-auto opacity-60" />
      <h1 className="mt-6 text-2xl font-semibold tracking-tight">{t("app.page_not_found")}</h1>
      <p className="mt-2 mb-7 text-balance text-muted">{t("app.page_not_found_text")}</p>
      <Link to="/" className="inline-flex min-h-10 items-center rounded-md bg-accent px-4 text-sm font-medium text-on-accent hover:opacity-90">
        {t("app.back_to_list")}
      </Link>
    </div>
  );
}

function Broken() {
  const { t } = useTranslation();
  return (
    <div role="alert" className="mx-auto max-w-xl px-6 py-20 text-center">
      <h1 className="mb-6 text-xl font-semibold">{t("app.broken")}</h1>
      <Button onClick={() => location.reload()}>{t("app.reload")}</Button>
    </div>
  );
}
