import { spawn } from "node:child_process";
import { createSocket } from "node:dgram";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const kRoot = fileURLToPath(new URL("../../..", import.meta.url));
export const kEyas = process.env.EYAS ?? join(kRoot, "build/dev/eyas");
const kStartMs = 20_000;
const kStopMs = 10_000;

export function freePort() {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

/** Free for TCP and for UDP: media go over either, on one number. */
async function freePortOfBoth() {
  for (;;) {
    const port = await freePort();
    const probe = createSocket("udp4");
    const free = await new Promise((resolve) => probe.once("error", () => resolve(false)).bind(port, "127.0.0.1", () => resolve(true)));
    await new Promise((resolve) => (free ? probe.close(resolve) : resolve()));
    if (free) return port;
  }
}

/** Polls until `probe` gives something true; fails with `what` when it does not in time. */
export async function until(what, probe, withinMs = 15_000, everyMs = 100) {
  const end = performance.now() + withinMs;
  let last;
  while (performance.now() < end) {
    try {
      last = await probe();
      if (last) return last;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
  throw new Error(`not within ${withinMs} ms: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`);
}

/** Ends a process of ours, kindly first. Resolves with its exit code, or the signal that it took. */
export function end(child, signal = "SIGTERM") {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode ?? child.signalCode);
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill("SIGKILL"), kStopMs);
    child.once("exit", (code, by) => {
      clearTimeout(force);
      resolve(code ?? by);
    });
    child.kill(signal);
  });
}

/** A real server with its own ports and data. `command` is "serve" or "demo". */
export class Server {
  static async start(command = "serve", settings = {}) {
    if (!existsSync(kEyas)) throw new Error(`${kEyas} is not built`);
    const server = new Server();
    server.data = mkdtempSync(join(tmpdir(), "eyas-web-"));
    server.httpPort = await freePort();
    server.rtmpPort = await freePort();
    server.webrtcPort = await freePortOfBoth();
    server.origin = `http://127.0.0.1:${server.httpPort}`;
    server.settings = { "web.root": join(kRoot, "web/dist"), "http.listen": `127.0.0.1:${server.httpPort}`, "rtmp.listen": `127.0.0.1:${server.rtmpPort}`, "webrtc.listen": `127.0.0.1:${server.webrtcPort}`, "rtsp.listen": "127.0.0.1:0", "srt.listen": "", ...settings };
    server.command = command;
    await server.launch();
    return server;
  }

  async launch() {
    const sets = Object.entries(this.settings).flatMap(([key, value]) => ["--set", `${key}=${value}`]);
    this.log = "";
    this.child = spawn(kEyas, [this.command, "--data", this.data, ...sets], { stdio: ["ignore", "pipe", "pipe"] });
    for (const out of [this.child.stdout, this.child.stderr]) out.on("data", (bytes) => (this.log = (this.log + bytes).slice(-20_000)));
    await until("the server is ready", async () => {
      if (this.child.exitCode !== null) throw new Error(`the server ended with ${this.child.exitCode}: ${this.log.slice(-600)}`);
      return (await fetch(`${this.origin}/readyz`)).ok;
    }, kStartMs);
  }

  rtmp(name) {
    return `rtmp://127.0.0.1:${this.rtmpPort}/${name}`;
  }

  async stream(name) {
    const response = await fetch(`${this.origin}/api/v1/streams/${name}`);
    return response.ok ? response.json() : null;
  }

  /** On the same ports, as an operator would. */
  async restart() {
    await end(this.child);
    await this.launch();
  }

  async stop() {
    const code = await end(this.child);
    rmSync(this.data, { recursive: true, force: true });
    return code;
  }
}
