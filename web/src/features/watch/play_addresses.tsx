import { useTranslation } from "react-i18next";
import { useServerInfo } from "@/api/hooks";
import { otherAddresses, publishAddress } from "@/api/publish_addresses";
import { streamPath } from "@/api/client";
import { CopyField } from "@/ui/copy_field";

/** The same stream for other players. */
export function PlayAddresses({ name }: { name: string }) {
  const { t } = useTranslation();
  const info = useServerInfo();
  const rtmp = publishAddress(info, location.hostname, name);
  const others = otherAddresses(info, location.hostname, name);
  const base = `${location.origin}/${streamPath(name)}`;
  return (
    <section>
      <h2 className="mb-2.5 text-sm font-semibold">{t("watch.play_addresses")}</h2>
      <div className="grid gap-3 sm:grid-cols-2">
        {info?.listen.webrtc && <CopyField label={t("watch.address_whep")} text={`${base}/whep`} />}
        <CopyField label={t("watch.address_hls")} text={`${base}/index.m3u8`} />
        <CopyField label={t("watch.address_flv")} text={`${base}.flv`} />
        <CopyField label={t("watch.address_dash")} text={`${base}/index.mpd`} />
        <CopyField label={t("watch.address_hls_ts")} text={`${base}/ts.m3u8`} />
        <CopyField label={t("watch.address_ts")} text={`${base}.ts`} />
        <CopyField label={t("watch.address_mjpeg")} text={`${base}.mjpeg`} />
        {rtmp && <CopyField label={t("watch.address_rtmp")} text={rtmp.url} />}
        {others.rtsp && <CopyField label={t("watch.address_rtsp")} text={others.rtsp} />}
        {others.srtRead && <CopyField label={t("watch.address_srt")} text={others.srtRead} />}
      </div>
    </section>
  );
}
