import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, it } from "node:test";
import { countLoads, openBrowser, openPage, untilMoving } from "./harness/browser.mjs";
import { Program, Publisher } from "./harness/publisher.mjs";
import { freePort, kRoot, Server, until } from "./harness/server.mjs";

/** Consent to send would end a forgotten session only after half a minute: who is gone sooner has said goodbye. */
const kGoodbyeMs = 8000;
/** An address for documentation [RFC 5737]: nobody answers there. */
const kNowhere = "192.0.2.1";

const kNewFfmpeg = join(kRoot, "build/peers/bin/python");
const kTurnServer = "/usr/bin/turnserver";
const kSecret = "of this test";

const transport = (page, kind) => page.locator(`[data-testid=transport][data-kind=${kind}]`).waitFor({ timeout: 30_000 });
const reason = (page) => page.getByTestId("passed-over").locator("li").first().getAttribute("data-why");

describe("watching by WebRTC", () => {
  let browser;
  const ending = [];
  const start = async (settings = {}) => {
    const server = await Server.start("serve", settings);
    ending.push(server);
    return server;
  };
  const publish = async (server, name) => {
    const publisher = new Publisher(server.rtmp(name));
    ending.push(publisher);
    await until("the stream is live", async () => (await server.stream(name))?.state === "live");
    return publisher;
  };
  const viewers = async (server, name) => (await server.stream(name))?.readers.by_protocol.webrtc ?? 0;
  before(async () => (browser = await openBrowser()));
  afterEach(() => Promise.all(ending.splice(0).map((one) => one.stop())));
  after(() => browser?.close());

  it("is what the page takes first, and shows what it measures", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 60);
    await transport(page, "whep");
    await page.getByTestId("transport").and(page.getByText("WebRTC · UDP")).waitFor();
    await until("the receiver's figures", async () => {
      const text = async (id) => (await page.getByTestId(id).textContent()).trim();
      return /^\d+ fps$/.test(await text("received-fps")) && /^\d+ ms$/.test(await text("jitter-buffer")) && (await text("packet-loss")) === "0 %";
    });
    assert.equal(await page.getByTestId("passed-over").count(), 0);
    assert.deepEqual(page.complaints, []);
    await page.context().close();
  });

  it("says goodbye when the page is left, and when it pauses; and comes back to the live picture", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    assert.equal(await viewers(server, "live/alpha"), 1);
    await page.getByRole("button", { name: "Pause" }).click();
    await until("nobody watches", async () => (await viewers(server, "live/alpha")) === 0, kGoodbyeMs);
    await page.getByRole("button", { name: "Play" }).first().click();
    await untilMoving(page, 20);
    await until("one watches", async () => (await viewers(server, "live/alpha")) === 1);
    await page.goto("about:blank");
    await until("nobody watches", async () => (await viewers(server, "live/alpha")) === 0, kGoodbyeMs);
    await page.context().close();
  });

  it("a server that falls silent is named, and the picture comes back into the same element", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    const loads = await countLoads(page);
    server.child.kill("SIGSTOP");
    await page.getByText("The connection to the server is lost").waitFor({ timeout: 30_000 });
    server.child.kill("SIGCONT");
    await untilMoving(page, 30, 40_000);
    assert.deepEqual(await loads(), { page: 0, element: 0 });
    await transport(page, "whep");
    await page.context().close();
  });

  it("keeps its session when the machine comes to another network", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    const loads = await countLoads(page);
    const counter = async (name) => Number(new RegExp(`^eyas_webrtc_${name} (\\d+)`, "m").exec(await (await fetch(`${server.origin}/metrics`)).text())[1]);
    const opened = await counter("sessions_opened_total");
    // Only tells the page so: WebRTC's own sockets are not Playwright's to cut.
    await page.context().setOffline(true);
    await page.context().setOffline(false);
    await until("ICE restarts", async () => (await counter("restarts_total")) === 1);
    await untilMoving(page, 60);
    assert.equal(await counter("sessions_opened_total"), opened, "no other session was needed");
    assert.deepEqual(await loads(), { page: 0, element: 0 });
    await page.context().close();
  });

  it("a restarted server is found again, without a reload", async () => {
    const server = await start();
    const first = await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    const loads = await countLoads(page);
    await server.restart();
    await first.stop();
    await publish(server, "live/alpha");
    await untilMoving(page, 30, 60_000);
    assert.deepEqual(await loads(), { page: 0, element: 0 });
    await transport(page, "whep");
    await page.context().close();
  });

  it("goes by TCP where UDP is not allowed", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const walled = await openBrowser("--webrtc-ip-handling-policy=disable_non_proxied_udp");
    try {
      const page = await openPage(walled, `${server.origin}/watch/live/alpha`);
      await untilMoving(page, 20);
      await page.getByTestId("transport").and(page.getByText("WebRTC · TCP")).waitFor();
    } finally {
      await walled.close();
    }
  });

  it("goes by the relay that the server names where nothing else is allowed", { skip: !existsSync(kTurnServer) && "no coturn here" }, async () => {
    const port = await freePort();
    const server = await start({ "webrtc.tcp": false, "webrtc.turn.urls": `turn:127.0.0.1:${port}?transport=tcp`, "webrtc.turn.secret": kSecret });
    const listening = ["--listening-ip", "127.0.0.1", "--listening-port", String(port), "--relay-ip", "127.0.0.1", "--allow-loopback-peers"];
    const secret = ["--use-auth-secret", "--static-auth-secret", kSecret, "--realm", "eyas.test"];
    const quiet = ["-n", "--no-tls", "--no-dtls", "--no-cli", "--log-file", "stdout", "--pidfile", "", "--userdb", join(server.data, "turn.db")];
    ending.push(new Program(kTurnServer, [...listening, ...secret, ...quiet]));
    await publish(server, "live/alpha");
    const walled = await openBrowser("--webrtc-ip-handling-policy=disable_non_proxied_udp");
    try {
      const page = await openPage(walled, `${server.origin}/watch/live/alpha?via=whep`);
      await untilMoving(page, 20, 40_000);
      await page.getByTestId("transport").and(page.getByText("WebRTC · relay")).waitFor();
    } finally {
      await walled.close();
    }
  });

  describe("H.265, which this browser does not decode", { skip: !existsSync(kNewFfmpeg) && "no newer FFmpeg here (tools/bootstrap test)" }, () => {
    const publishH265 = async (server) => {
      ending.push(new Program(kNewFfmpeg, [join(kRoot, "tests/interop/newest_ffmpeg.py"), "publish", server.rtmp("live/h265"), "60", "libx265", "aac"]));
      await until("the stream is live", async () => (await server.stream("live/h265"))?.state === "live", 30_000);
    };

    it("comes by WebRTC, encoded anew, and the page says so", async () => {
      const server = await start();
      await publishH265(server);
      const page = await openPage(browser, `${server.origin}/watch/live/h265`);
      await untilMoving(page, 20, 40_000);
      await transport(page, "whep");
      assert.equal(await page.getByTestId("codec").textContent(), "H.265");
      await until("the derived tracks", async () => /H\.264/.test(await page.getByTestId("derived").first().textContent()));
      await page.context().close();
    });

    it("is refused by a server that makes nothing else of it, and named", async () => {
      const server = await start({ "derive.workers_max": 0, "webrtc.derive_wait_ms": 0 });
      await publishH265(server);
      const page = await openPage(browser, "about:blank");
      const answers = [];
      page.on("response", (response) => response.url().endsWith("/whep") && answers.push(response.status()));
      await page.goto(`${server.origin}/watch/live/h265`);
      await page.getByText("This browser cannot decode H.265").waitFor({ timeout: 30_000 });
      assert.deepEqual(answers, [422]);
      await page.context().close();
    });

    it("by a transport that only passes it on, is named as what cannot be decoded", async () => {
      const server = await start();
      await publishH265(server);
      const page = await openPage(browser, `${server.origin}/watch/live/h265?via=ll-hls`);
      await page.getByText("This browser cannot decode H.265").waitFor({ timeout: 20_000 });
      await page.context().close();
    });
  });

  it("gives way to LL-HLS where the network lets none of it through, and says so", async () => {
    const server = await start({ "webrtc.addresses": kNowhere });
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20, 40_000);
    await transport(page, "ll-hls");
    assert.equal(await reason(page), "blocked");
    await page.getByText("the network lets none of its packets through").waitFor();
    await page.context().close();
  });

  it("gives way to LL-HLS on a server without WebRTC", async () => {
    const server = await start({ "webrtc.listen": "" });
    await publish(server, "live/alpha");
    const page = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    await transport(page, "ll-hls");
    assert.equal(await reason(page), "no_route");
    await page.context().close();
  });

  it("gives way to LL-HLS when the server has no more room", async () => {
    const server = await start({ "webrtc.sessions_max": 1, "io.threads": 1 });
    await publish(server, "live/alpha");
    const first = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(first, 20);
    const second = await openPage(browser, `${server.origin}/watch/live/alpha`);
    await untilMoving(second, 20);
    await transport(second, "ll-hls");
    assert.equal(await reason(second), "busy");
    await transport(first, "whep");
    await first.context().close();
    await second.context().close();
  });

  it("gives way to LL-HLS when its codec is not for this browser's WebRTC", async () => {
    const server = await start();
    await publish(server, "live/alpha");
    const page = await openPage(browser, "about:blank");
    await page.route("**/whep", (route) => route.fulfill({ status: 422, json: { error: { code: "unsupported", message: "no codec in common" } } }));
    await page.goto(`${server.origin}/watch/live/alpha`);
    await untilMoving(page, 20);
    await transport(page, "ll-hls");
    assert.equal(await reason(page), "codec");
    await page.context().close();
  });
});
