// Event messages as hls.js and dash.js hand them to a page, with the pictures that they show meanwhile.
const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");

function video() {
  const made = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  document.body.append(made);
  return made;
}

// Until so many have come, and a picture.
async function gathered(screen, events, errors, least, withinMs) {
  const end = performance.now() + withinMs;
  const shown = () => screen.getVideoPlaybackQuality().totalVideoFrames;
  while ((events.length < least || shown() === 0) && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  return { events, errors, frames: shown() };
}

window.hlsEvents = async (stream, scheme, least, withinMs) => {
  const [screen, events, errors] = [video(), [], []];
  const hls = new Hls({ enableEmsgKLVMetadata: true });
  hls.on(Hls.Events.ERROR, (_, data) => data.fatal && errors.push(data.details));
  hls.on(Hls.Events.FRAG_PARSING_METADATA, (_, { samples }) => {
    for (const { type, data } of samples) if (type === scheme) events.push(hex(data));
  });
  hls.loadSource(`${stream}/index.m3u8`);
  hls.attachMedia(screen);
  return gathered(screen, events, errors, least, withinMs);
};

window.dashEvents = async (stream, scheme, least, withinMs) => {
  const [screen, events, errors] = [video(), [], []];
  const player = dashjs.MediaPlayer().create();
  player.on(dashjs.MediaPlayer.events.ERROR, ({ error }) => errors.push(`${error.code}: ${error.message}`));
  player.on(scheme, ({ event }) => events.push(hex(event.messageData)), null, { mode: dashjs.MediaPlayer.events.EVENT_MODE_ON_RECEIVE });
  player.initialize(screen, `${stream}/index.mpd`, true);
  return gathered(screen, events, errors, least, withinMs);
};
