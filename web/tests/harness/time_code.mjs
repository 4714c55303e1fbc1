/**
 * The demo flight's time code: a strip at the very bottom left of the picture, cells of width/120 pixels square:
 * sync white, sync black, 44 bits of Unix milliseconds (most significant first), 8 bits of CRC-8 over them.
 */
const kCellsPerWidth = 120;
const kSyncCells = 2;
const kTimeBits = 44;
const kCrcBits = 8;
export const kCells = kSyncCells + kTimeBits + kCrcBits;

/** CRC-8, polynomial 0x07, initial value 0. */
export function crc8(bytes) {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; ++bit) crc = crc & 0x80 ? ((crc << 1) ^ 0x07) & 0xff : (crc << 1) & 0xff;
  }
  return crc;
}

/** Cells as booleans (white is true) -> Unix milliseconds, or null when sync or checksum are wrong. */
export function readTimeCode(cells) {
  if (cells.length !== kCells || !cells[0] || cells[1]) return null;
  const number = (from, count) => cells.slice(from, from + count).reduce((value, cell) => value * 2 + (cell ? 1 : 0), 0);
  const time = number(kSyncCells, kTimeBits);
  const bytes = [];
  for (let i = 5; i >= 0; --i) bytes.push(Math.floor(time / 256 ** i) % 256);
  return crc8(bytes) === number(kSyncCells + kTimeBits, kCrcBits) ? time : null;
}

/**
 * Looks at each frame that the page presents for `forMs`. Of each: its cells, and in Unix milliseconds when it was
 * `shown` (due on the screen) and `received` (its last packet; NaN over HTTP).
 *
 * Reads the strip's rows of the luma plane only: a canvas would convert the whole picture, and be the load it measures.
 */
export function recordTimeCodes(page, forMs) {
  return page.evaluate(
    ([perWidth, count, forMs]) =>
      new Promise((resolve) => {
        const video = document.querySelector("video");
        const looks = [];
        const end = performance.now() + forMs;
        const read = async (frame) => {
          const { width, height } = frame.visibleRect;
          const cell = width / perWidth;
          const rect = { x: 0, y: 2 * Math.round((height - cell / 2) / 2), width: 2 * Math.ceil((cell * count) / 2), height: 2 };
          const bytes = new Uint8Array(frame.allocationSize({ rect }));
          const [luma] = await frame.copyTo(bytes, { rect });
          frame.close();
          return Array.from({ length: count }, (_, i) => bytes[luma.offset + Math.floor((i + 0.5) * cell)] > 128);
        };
        const look = (_, about) => {
          // Of one instant: the page's own clock runs apart from the system's.
          const toUnix = Date.now() - performance.now();
          const cells = read(new VideoFrame(video));
          looks.push(cells.then((cells) => ({ cells, shown: about.expectedDisplayTime + toUnix, received: (about.receiveTime ?? Number.NaN) + toUnix })));
          if (performance.now() < end) video.requestVideoFrameCallback(look);
          else resolve(Promise.all(looks));
        };
        video.requestVideoFrameCallback(look);
      }),
    [kCellsPerWidth, kCells, forMs],
  );
}
