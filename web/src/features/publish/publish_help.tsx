import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { streamPath } from "@/api/client";
import { useServerInfo } from "@/api/hooks";
import { isStreamName, otherAddresses, publishAddress, type PublishAddress } from "@/api/publish_addresses";
import { CopyField } from "@/ui/copy_field";
import { CameraIcon } from "@/ui/icons";
import { Notice } from "@/ui/notice";
import { Tabs } from "@/ui/tabs";
import { NameField } from "./name_field";

const kUsualName = "live/alpha";

/** How to send video here: addresses ready to copy for the senders that people have. */
export function PublishHelp({ name: given }: { name?: string }) {
  const { t } = useTranslation();
  const info = useServerInfo();
  const [name, setName] = useState(given ?? kUsualName);
  const good = isStreamName(name);
  const address = publishAddress(info, location.hostname, good ? name : kUsualName);
  return (
    <div className="space-y-4 text-left">
      {address?.loopbackOnly && <Notice>{t("publish.loopback", { listen: info?.listen.rtmp || info?.listen.rtmps })}</Notice>}
      <NameField name={name} good={good} onChange={setName} />
      {info && !address && <Notice>{t("publish.off")}</Notice>}
      {address && <Senders address={address} />}
      <OtherWays name={good ? name : kUsualName} />
      <Link
        to="/publish"
        search={good ? { name } : {}}
        className="flex min-h-11 items-center gap-3 rounded-md border border-line bg-raised px-3.5 py-2 text-sm font-medium hover:border-accent"
      >
        <CameraIcon className="shrink-0 text-accent" />
        {t("publish.browser")}
      </Link>
    </div>
  );
}

/** For cameras and encoders that speak no RTMP. */
function OtherWays({ name }: { name: string }) {
  const { t } = useTranslation();
  const info = useServerInfo();
  const { rtsp, srtPublish } = otherAddresses(info, location.hostname, name);
  return (
    <div className="space-y-3" data-testid="other-ways">
      {rtsp && <CopyField label={t("publish.rtsp")} text={rtsp} />}
      {srtPublish && <CopyField label={t("publish.srt")} text={srtPublish} />}
      {info?.listen.webrtc && <CopyField label={t("publish.whip")} text={`${location.origin}/${streamPath(name)}/whip`} />}
    </div>
  );
}

function Senders({ address }: { address: PublishAddress }) {
  const { t } = useTranslation();
  const test = `ffmpeg -re -f lavfi -i testsrc2=size=1280x720:rate=30 -c:v libx264 -preset veryfast -tune zerolatency -g 30 -pix_fmt yuv420p -f flv ${address.url}`;
  const tabs = [
    {
      id: "dji",
      title: t("publish.dji"),
      body: (
        <>
          <p className="text-sm">{t("publish.dji_text")}</p>
          <CopyField label={t("publish.address")} text={address.url} />
        </>
      ),
    },
    {
      id: "obs",
      title: t("publish.obs"),
      body: (
        <>
          <p className="text-sm">{t("publish.obs_text")}</p>
          <CopyField label={t("publish.obs_server")} text={address.server} />
          <CopyField label={t("publish.obs_key")} text={address.key} />
        </>
      ),
    },
    {
      id: "ffmpeg",
      title: t("publish.ffmpeg"),
      body: (
        <>
          <CopyField label={t("publish.ffmpeg_file")} text={`ffmpeg -re -stream_loop -1 -i flight.mp4 -c copy -f flv ${address.url}`} />
          <CopyField label={t("publish.ffmpeg_test")} text={test} />
        </>
      ),
    },
  ];
  return <Tabs label={t("publish.title")} tabs={tabs} />;
}
