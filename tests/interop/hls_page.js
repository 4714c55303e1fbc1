// hls.js in the page: played by a function that a test calls.
window.playHls = async (url, pictures, withinMs) => {
  const video = Object.assign(document.createElement("video"), { muted: true, autoplay: true });
  document.body.append(video);
  const fatal = [];
  const hls = new Hls();
  hls.on(Hls.Events.ERROR, (_, data) => data.fatal && fatal.push(data.details));
  hls.loadSource(url);
  hls.attachMedia(video);
  const end = performance.now() + withinMs;
  const shown = () => video.getVideoPlaybackQuality().totalVideoFrames;
  while (shown() < pictures && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  if (shown() < pictures) throw new Error(`${shown()} pictures: ${fatal}`);
  return { pictures: shown(), width: video.videoWidth, fatal };
};
