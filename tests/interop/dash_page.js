// dash.js in the page: played by functions that a test calls.
const seen = { errors: [], periods: 0 };
let player;
let video;

window.play = async (url, wantedMs) => {
  video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  document.body.append(video);
  player = dashjs.MediaPlayer().create();
  player.updateSettings({ streaming: { delay: { applyServiceDescription: true }, liveCatchup: { enabled: true } } });
  player.on(dashjs.MediaPlayer.events.ERROR, ({ error }) => seen.errors.push(`${error.code}: ${error.message}`));
  player.on(dashjs.MediaPlayer.events.PERIOD_SWITCH_COMPLETED, () => seen.periods++);
  player.initialize(video, url, true);
  await until(() => video.getVideoPlaybackQuality().totalVideoFrames > 30, wantedMs);
  return figures();
};

window.figures = figures;

function figures() {
  const { totalVideoFrames: frames, droppedVideoFrames: dropped } = video.getVideoPlaybackQuality();
  return {
    frames, dropped, periods: seen.periods, errors: seen.errors, at: video.currentTime, width: video.videoWidth,
    latency: player.getCurrentLiveLatency(), sound: video.webkitAudioDecodedByteCount,
    buffered: Array.from({ length: video.buffered.length }, (_, i) => [video.buffered.start(i), video.buffered.end(i)]),
  };
}

// Until the latency that the player itself tells is below `s`.
window.latencyBelow = async (s, wantedMs) => {
  await until(() => player.getCurrentLiveLatency() > 0 && player.getCurrentLiveLatency() < s, wantedMs);
  return figures();
};

// Until `more` pictures have been shown from now on.
window.goesOn = async (more, wantedMs) => {
  const from = video.getVideoPlaybackQuality().totalVideoFrames;
  await until(() => video.getVideoPlaybackQuality().totalVideoFrames > from + more, wantedMs);
  return figures();
};

// Milliseconds from the drawing of the picture on the screen until now, by the demo's time code in it.
window.glassAge = async (wantedMs) => {
  let age = null;
  await until(() => (age = ageOfPicture()) !== null, wantedMs);
  return age;
};

function ageOfPicture() {
  const cells = 54;
  const cell = video.videoWidth / 120;
  const canvas = Object.assign(document.createElement("canvas"), { width: cells * 4, height: 4 });
  const context = canvas.getContext("2d");
  context.drawImage(video, 0, video.videoHeight - cell, cells * cell, cell, 0, 0, cells * 4, 4);
  const pixels = context.getImageData(0, 0, cells * 4, 4).data;
  const bits = Array.from({ length: cells }, (_, i) => pixels[(2 * cells * 4 + i * 4 + 2) * 4 + 1] > 127);
  if (!bits[0] || bits[1]) return null;
  const number = (from, count) => bits.slice(from, from + count).reduce((value, bit) => value * 2 + (bit ? 1 : 0), 0);
  const ms = number(2, 44);
  const bytes = Array.from({ length: 6 }, (_, i) => Math.floor(ms / 2 ** (8 * (5 - i))) % 256);
  const crc = bytes.reduce((value, byte) => {
    value ^= byte;
    for (let i = 0; i < 8; ++i) value = value & 0x80 ? ((value << 1) ^ 0x07) & 0xff : value << 1;
    return value;
  }, 0);
  return crc === number(46, 8) ? Date.now() - ms : null;
}

async function until(condition, withinMs) {
  const end = performance.now() + withinMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`not within ${withinMs} ms: ${condition}: ${JSON.stringify(figures())}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
