import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { end, kRoot } from "./server.mjs";

/** Real drone footage, beside the project; tests that want it are skipped where it is absent. */
export const kFootage = join(kRoot, "../shared/media/drone-crossing.mp4");
export const hasFootage = () => existsSync(kFootage);

const kTestPicture = ["-re", "-f", "lavfi", "-i", "testsrc2=size=640x360:rate=30", "-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "30", "-pix_fmt", "yuv420p"];
const kFromFile = ["-re", "-stream_loop", "-1", "-i", kFootage, "-c", "copy", "-an"];

/** A program that runs until the test ends it. */
export class Program {
  constructor(path, args) {
    this.child = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
    this.log = "";
    this.child.stderr.on("data", (bytes) => (this.log += bytes));
  }

  /** As a battery that falls out: no goodbye. */
  kill() {
    return end(this.child, "SIGKILL");
  }

  stop() {
    return end(this.child);
  }
}

/** ffmpeg that publishes over RTMP. `what` is "picture" or "footage". */
export class Publisher extends Program {
  constructor(url, what = "picture") {
    const input = what === "footage" ? kFromFile : kTestPicture;
    super("ffmpeg", ["-hide_banner", "-loglevel", "error", ...input, "-f", "flv", url]);
  }
}
