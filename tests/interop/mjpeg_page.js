// A page that shows MJPEG and snapshots the way every page does: with an image. Loaded into Chromium by
// mjpeg_test.py.

const shown = {};

/** An image of that address. */
window.show = (name, url) => {
  const image = Object.assign(document.createElement("img"), { crossOrigin: "anonymous", src: url });
  document.body.append(image);
  shown[name] = image;
};

/** Its size, and a sum of its pixels that tells one picture from another. */
window.look = (name) => {
  const image = shown[name];
  if (!image.naturalWidth) return { width: 0 };
  const canvas = Object.assign(document.createElement("canvas"), { width: 64, height: 36 });
  const pen = canvas.getContext("2d");
  pen.drawImage(image, 0, 0, 64, 36);
  const pixels = pen.getImageData(0, 0, 64, 36).data;
  let sum = 0;
  for (const value of pixels) sum = (sum * 31 + value) % 4294967291;
  return { width: image.naturalWidth, height: image.naturalHeight, sum };
};
