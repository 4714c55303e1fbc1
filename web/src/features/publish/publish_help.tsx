import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useServerInfo } from "@/api/hooks";
import { isStreamName, publishAddress, type PublishAddress } from "@/api/publish_addresses";
import { CopyField } from "@/ui/copy_field";
import { Notice } from "@/ui/notice";
import { Tabs } from "@/ui/tabs";

const kUsualName = "live/alpha";

/** How to send video here: addresses ready to copy for the senders that people have. */
export function PublishHelp({ name: given }: { name?: string }) {
  const { t } = useTranslation();
  const info = useServerInfo();
  const [name, setName] = useState(given ?? kUsualName);
  const good = isStreamName(name);
  const address = publishAddress(info, location.hostname, good ? name : kUsualName);
  if (info && !address) return <Notice>{t("publish.off")}</Notice>;
  return (
    <div className="space-y-4 text-left">
      {address?.loopbackOnly && <Notice>{t("publish.loopback", { listen: info?.listen.rtmp || info?.listen.rtmps })}</Notice>}
      <NameField name={name} good={good} onChange={setName} />
      {address && <Senders address={address} />}
    </div>
  );
}

function NameField({ name, good, onChange }: { name: string; good: boolean; onChange: (name: string) => void }) {
  const { t } = useTranslation();
  const id = useId();
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-xs text-muted">
        {t("publish.name")}
      </label>
      <input
        id={id}
        value={name}
        spellCheck={false}
        autoCapitalize="off"
        aria-invalid={!good}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value.trim())}
        className="h-10 w-full rounded-md border border-line bg-ground px-3 font-mono text-[13px] aria-invalid:border-bad"
      />
      <p id={`${id}-hint`} className={`mt-1 text-xs ${good ? "text-muted" : "text-bad"}`}>
        {good ? t("publish.name_hint") : t("publish.name_bad")}
      </p>
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
