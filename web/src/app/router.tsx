import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import { PublishHelp } from "@/features/publish/publish_help";
import { StreamsPage } from "@/features/streams/streams_page";
import { Button } from "@/ui/button";
import { Shell } from "./shell";

const root = createRootRoute({ component: Shell, notFoundComponent: Lost, errorComponent: Broken });

const list = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: () => <StreamsPage help={<PublishHelp />} />,
});

const watch = createRoute({
  getParentRoute: () => root,
  path: "/watch/$app/$name",
  component: lazyRouteComponent(() => import("./watch_route"), "WatchRoute"),
});

export const router = createRouter({
  routeTree: root.addChildren([list, watch]),
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
    <div className="mx-auto max-w-xl px-6 py-20 text-center">
      <h1 className="mb-6 text-xl font-semibold">{t("app.page_not_found")}</h1>
      <Link to="/" className="text-accent underline underline-offset-4">
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
