import { useSearch } from "@tanstack/react-router";
import { PublishPage } from "@/features/publish/publish_page";

export function PublishRoute() {
  const { name } = useSearch({ from: "/publish" });
  return <PublishPage key={name} name={name} />;
}
