import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { PublishHelp } from "@/features/publish/publish_help";
import { WatchPage } from "@/features/watch/watch_page";

export function WatchRoute() {
  const { app, name } = useParams({ from: "/watch/$app/$name" });
  const { via } = useSearch({ from: "/watch/$app/$name" });
  const navigate = useNavigate({ from: "/watch/$app/$name" });
  const stream = `${app}/${name}`;
  return (
    <WatchPage
      key={stream}
      name={stream}
      help={<PublishHelp name={stream} />}
      via={via}
      onVia={(chosen) => void navigate({ search: { via: chosen }, replace: true })}
    />
  );
}
