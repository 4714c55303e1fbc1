import { Link } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { streamPath } from "@/api/client";
import { useServerInfo } from "@/api/hooks";
import { isStreamName, splitListen } from "@/api/publish_addresses";
import type { PublishState } from "@/rtc/whip_publisher";
import { Button } from "@/ui/button";
import { CopyField } from "@/ui/copy_field";
import { CameraIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";
import { StateBadge } from "@/ui/state_badge";
import { useTitle } from "@/ui/title";
import { NameField } from "./name_field";
import { SendFacts } from "./send_facts";
import { SourceForm } from "./source_form";
import { kQualities, useCapture, type CaptureFailure, type CaptureWish } from "./use_capture";
import { usePublisher, useSendFigures } from "./use_publisher";

const kUsualName = "live/camera";
const kUsualWish: CaptureWish = { source: "camera", quality: "720p30", camera: "", microphone: "", sound: true };

/** This browser's camera or screen, on air by WHIP. */
export function PublishPage({ name: given }: { name?: string }) {
  const { t } = useTranslation();
  useTitle(t("send.title"));
  const [name, setName] = useState(given ?? kUsualName);
  const [wish, setWish] = useState(kUsualWish);
  const [simulcast, setSimulcast] = useState(false);
  const capture = useCapture();
  const { publisher, state, start, stop } = usePublisher();
  const figures = useSendFigures(publisher);
  const busy = state.kind !== "idle" && state.kind !== "error";
  const good = isStreamName(name);

  // The camera is gone: an empty picture on air would only look like a fault.
  useEffect(() => {
    if (publisher && !capture.media) stop();
  }, [publisher, capture.media, stop]);

  const changeWish = async (next: CaptureWish) => {
    setWish(next);
    if (next.source !== wish.source && !busy) return capture.release();
    if (!capture.media) return;
    const media = await capture.take(next);
    if (media && publisher) await publisher.replace(media);
  };
  const goLive = () => {
    if (capture.media) start(`/${streamPath(name)}/whip`, capture.media, { simulcast, bitrateBps: kQualities[wish.quality].bitrateBps });
  };

  return (
    <div className="mx-auto max-w-[100rem] px-4 py-6 sm:px-6 sm:py-8">
      <h1 className="mb-5 text-2xl font-semibold tracking-tight">{t("send.title")}</h1>
      <div className="grid gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div className="min-w-0 space-y-4">
          <Preview media={capture.media} state={state} />
          {busy && <SendFacts figures={figures} />}
          {busy && <OnAir name={name} />}
        </div>
        <section aria-label={t("send.settings")} className="h-fit space-y-5 rounded-lg border border-line bg-panel p-5">
          {capture.failure && <CaptureTrouble failure={capture.failure} source={wish.source} />}
          <PublishTrouble state={state} name={name} />
          <NameField name={name} good={good} disabled={busy} onChange={setName} />
          <SourceForm wish={wish} capture={capture} simulcast={simulcast} busy={busy} onWish={(next) => void changeWish(next)} onSimulcast={setSimulcast} />
          <div className="flex flex-col gap-2.5">
            {!capture.media && (
              <Button kind="main" disabled={capture.failure === "insecure"} onClick={() => void capture.take(wish)}>
                <CameraIcon width="18" height="18" />
                {t(wish.source === "camera" ? "send.open_camera" : "send.open_screen")}
              </Button>
            )}
            {capture.media && !busy && (
              <Button kind="main" disabled={!good} onClick={goLive}>
                {t("send.go_live")}
              </Button>
            )}
            {busy && <Button onClick={stop}>{t("send.stop")}</Button>}
            {capture.media && !busy && <Button onClick={capture.release}>{t(wish.source === "camera" ? "send.close_camera" : "send.close_screen")}</Button>}
          </div>
        </section>
      </div>
    </div>
  );
}

function Preview({ media, state }: { media: MediaStream | null; state: PublishState }) {
  const { t } = useTranslation();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = media;
  }, [media]);
  return (
    <div className="relative aspect-video overflow-hidden rounded-lg bg-black">
      <video
        ref={video}
        data-testid="preview"
        data-state={state.kind}
        aria-label={t("send.preview")}
        // Not mirrored: this camera may be a drone's, with words in its picture.
        className="size-full object-contain"
        muted
        autoPlay
        playsInline
      />
      {!media && <p className="absolute inset-0 flex items-center justify-center p-6 text-center text-sm text-balance text-white/70">{t("send.preview_empty")}</p>}
      <div role="status" data-testid="publish-state" className="absolute top-3 left-3 flex items-center gap-2">
        {state.kind === "live" && <StateBadge state="live" />}
        {state.kind === "connecting" && <Chip>{t("send.connecting")}</Chip>}
        {state.kind === "retrying" && <Chip>{t("send.retrying", { attempt: state.attempt })}</Chip>}
      </div>
    </div>
  );
}

function Chip({ children }: { children: string }) {
  return <span className="pulse rounded bg-black/70 px-2.5 py-1 text-xs font-medium text-white">{children}</span>;
}

/** Where those who should see it are sent. */
function OnAir({ name }: { name: string }) {
  const { t } = useTranslation();
  const [app = "", stream = ""] = name.split("/");
  return (
    <section className="rounded-lg border border-line bg-panel p-4">
      <CopyField label={t("send.watch_address")} text={`${location.origin}/watch/${streamPath(name)}`} />
      <Link to="/watch/$app/$name" params={{ app, name: stream }} target="_blank" className="mt-3 inline-block text-sm text-accent underline underline-offset-4">
        {t("send.watch")}
      </Link>
    </section>
  );
}

function CaptureTrouble({ failure, source }: { failure: CaptureFailure; source: CaptureWish["source"] }) {
  const { t } = useTranslation();
  const https = splitListen(useServerInfo()?.listen.https ?? "");
  if (failure === "insecure") {
    const port = https && https.port !== "443" ? `:${https.port}` : "";
    return (
      <Notice tone="bad">
        <p>{t("send.insecure")}</p>
        {https ? (
          <a className="mt-1 inline-block underline underline-offset-4" href={`https://${location.hostname}${port}/publish`}>
            {t("send.insecure_link")}
          </a>
        ) : (
          <p className="mt-1">{t("send.insecure_setup")}</p>
        )}
      </Notice>
    );
  }
  const key = failure === "denied" && source === "screen" ? "denied_screen" : failure;
  return <Notice tone="bad">{t(`send.failure_${key}`)}</Notice>;
}

function PublishTrouble({ state, name }: { state: PublishState; name: string }) {
  const { t } = useTranslation();
  if (state.kind !== "error") return null;
  return <Notice tone="bad">{t(`send.error_${state.reason}`, { name, message: state.message })}</Notice>;
}
