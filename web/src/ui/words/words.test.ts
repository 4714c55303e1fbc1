import { expect, it } from "vitest";
import { detectLanguage } from ".";
import { en } from "./en";
import { ko } from "./ko";

type Tree = { [key: string]: string | Tree };

function flatten(tree: Tree, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === "string") flat.set(prefix + key, value);
    else for (const [below, text] of flatten(value, `${prefix}${key}.`)) flat.set(below, text);
  }
  return flat;
}

const english = flatten(en);
const korean = flatten(ko);
const variables = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();
/** Names of programs, protocols and ourselves are the same in both. */
const kSameInBoth = new Set(["app.name", "publish.obs", "publish.ffmpeg", "watch.address_whep", "watch.address_hls", "facts.transport_whep", "facts.transport_http_flv", "facts.path_udp", "facts.path_tcp", "watch.address_flv", "watch.address_rtmp", "watch.address_dash", "watch.address_rtsp", "watch.address_srt", "publish.rtsp", "publish.srt", "publish.whip"]);

it("has every sentence in both languages", () => {
  expect([...korean.keys()].sort()).toEqual([...english.keys()].sort());
});

it("uses the same figures in both languages", () => {
  for (const [key, text] of english) expect(variables(korean.get(key)!), key).toEqual(variables(text));
});

it("leaves no sentence untranslated", () => {
  for (const [key, text] of english) {
    if (!kSameInBoth.has(key)) expect(/[가-힣]/.test(korean.get(key)!), `${key}: ${text}`).toBe(true);
  }
});

it("prefers the viewer's choice, then the browser's, then English", () => {
  expect(detectLanguage("ko", ["en-US"])).toBe("ko");
  expect(detectLanguage(null, ["fr-FR", "ko-KR", "en"])).toBe("ko");
  expect(detectLanguage("xx", ["de"])).toBe("en");
});
