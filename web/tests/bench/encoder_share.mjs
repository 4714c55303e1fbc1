import { spawn } from "node:child_process";
import { kCells, readTimeCode } from "../harness/time_code.mjs";

const kFlvFileHeader = 13;
const kTagHeader = 11;
const kTagTrailer = 4;
const kVideo = 9;
const kCodedPicture = 1; // AVCPacketType

/** Splits HTTP-FLV as it comes into its tags; calls `onTag` with type and body. */
class FlvTags {
  constructor(onTag) {
    this.onTag = onTag;
    this.bytes = Buffer.alloc(0);
    this.skip = kFlvFileHeader;
  }

  push(chunk) {
    this.bytes = Buffer.concat([this.bytes, chunk]);
    for (;;) {
      const at = this.skip;
      if (this.bytes.length < at + kTagHeader) return;
      const size = this.bytes.readUIntBE(at + 1, 3);
      const end = at + kTagHeader + size + kTagTrailer;
      if (this.bytes.length < end) return;
      this.onTag(this.bytes[at], this.bytes.subarray(at + kTagHeader, at + kTagHeader + size));
      this.bytes = this.bytes.subarray(end);
      this.skip = 0;
    }
  }
}

/**
 * How long after its drawing each picture of the demo is out of the server's door: the encoder's share, and the
 * relay's, which eyas-bench measures apart. The bytes are timed as they arrive at a reader of HTTP-FLV; ffmpeg reads
 * the same bytes' time codes at its leisure. Gives milliseconds, one per picture; the first group is left out, since a
 * newcomer gets it at once, late.
 */
export async function encoderShare(url, { width, height }, forMs) {
  const cell = width / 120;
  const crop = `crop=${cell * kCells}:2:0:${2 * Math.round((height - cell / 2) / 2)}:exact=1`;
  const decoder = spawn("ffmpeg", ["-loglevel", "fatal", "-f", "flv", "-i", "pipe:0", "-an", "-vf", crop, "-vsync", "passthrough", "-enc_time_base", "1:1000", "-pix_fmt", "gray", "-f", "rawvideo", "pipe:1"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const arrivals = [];
  const rows = [];
  decoder.stdout.on("data", (bytes) => rows.push(bytes));
  const tags = new FlvTags((type, body) => {
    if (type === kVideo && body[1] === kCodedPicture) arrivals.push(Date.now());
  });
  const response = await fetch(url);
  const reader = response.body.getReader();
  const begun = Date.now();
  while (Date.now() < begun + forMs) {
    const { value, done } = await reader.read();
    if (done) break;
    tags.push(Buffer.from(value));
    decoder.stdin.write(value);
  }
  await reader.cancel();
  decoder.stdin.end();
  await new Promise((resolve) => decoder.once("close", resolve));
  const pictures = Buffer.concat(rows);
  const bytesEach = cell * kCells * 2;
  const shares = [];
  for (let i = 0; i < arrivals.length && (i + 1) * bytesEach <= pictures.length; ++i) {
    const cells = Array.from({ length: kCells }, (_, c) => pictures[i * bytesEach + Math.floor((c + 0.5) * cell)] > 128);
    const time = readTimeCode(cells);
    if (time !== null && time > begun) shares.push(arrivals[i] - time);
  }
  return shares;
}
