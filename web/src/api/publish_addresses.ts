import type { ServerInfo } from "./contract";

const kRtmpPort = "1935";
const kRtmpsPort = "443";

/** "0.0.0.0:1935", "[::]:1935" -> host and port; null when the listener is off. */
export function splitListen(listen: string): { host: string; port: string } | null {
  const at = listen.lastIndexOf(":");
  if (at < 0) return null;
  return { host: listen.slice(0, at).replace(/^\[|\]$/g, ""), port: listen.slice(at + 1) };
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\./.test(host);
}

export interface PublishAddress {
  /** What ffmpeg and DJI controllers take. */
  url: string;
  /** What OBS takes: the address and the key apart. */
  server: string;
  key: string;
  /** Only programs on the server's own machine can reach it. */
  loopbackOnly: boolean;
}

/** Addresses for RTMP as a sender must write them: the host that this page was reached by, the listener's port. */
export function publishAddress(info: ServerInfo | undefined, pageHost: string, name: string): PublishAddress | null {
  const secure = info ? !splitListen(info.listen.rtmp) && !!splitListen(info.listen.rtmps) : false;
  const listen = info ? splitListen(secure ? info.listen.rtmps : info.listen.rtmp) : { host: "", port: kRtmpPort };
  if (!listen) return null;
  const usual = secure ? kRtmpsPort : kRtmpPort;
  const [app = "", key = ""] = name.split("/");
  const server = `${secure ? "rtmps" : "rtmp"}://${pageHost}${listen.port === usual ? "" : `:${listen.port}`}/${app}`;
  return { url: `${server}/${key}`, server, key, loopbackOnly: isLoopback(listen.host) };
}

/** Where a listener is reached from this page's own network: "rtsp://host:8554"; null when it is off. */
export function serverUrl(scheme: string, listen: string | undefined, usualPort: string, pageHost: string): string | null {
  const at = splitListen(listen ?? "");
  if (!at) return null;
  return `${scheme}://${pageHost}${at.port === usualPort ? "" : `:${at.port}`}`;
}

export interface OtherAddresses {
  rtsp: string | null;
  srtPublish: string | null;
  srtRead: string | null;
}

/** The ways beside RTMP; RTSPS where RTSP itself is off. */
export function otherAddresses(info: ServerInfo | undefined, pageHost: string, name: string): OtherAddresses {
  const rtsp = serverUrl("rtsp", info?.listen.rtsp, "554", pageHost) ?? serverUrl("rtsps", info?.listen.rtsps, "322", pageHost);
  const srt = serverUrl("srt", info?.listen.srt, "", pageHost);
  return {
    rtsp: rtsp && `${rtsp}/${name}`,
    srtPublish: srt && `${srt}?streamid=publish:${name}`,
    srtRead: srt && `${srt}?streamid=read:${name}`,
  };
}

const kNamePart = /^(?!\.)[A-Za-z0-9_.-]+$/;
const kNameBytesMax = 128;

/** A stream's name is `app/name`, as the server takes it. */
export function isStreamName(name: string): boolean {
  const parts = name.split("/");
  return name.length <= kNameBytesMax && parts.length === 2 && parts.every((part) => kNamePart.test(part));
}
