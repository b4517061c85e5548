import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, it } from "node:test";
import type { ObservatoryError } from "../../src/base/index.ts";
import { type Alert, createNotifier, type Notifier, type NotifierOptions } from "../../src/rules/index.ts";
import { fingerprint } from "../../src/rules/notifier/fingerprint.ts";

const NOW = 1_700_000_000_000;
const HOUR = 3_600_000;

type Post = { readonly url: string; readonly headers: IncomingMessage["headers"]; readonly body: unknown };

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A receiver that answers with the statuses in turn, the last of them from then on. */
async function listen(...statuses: number[]): Promise<{ readonly url: string; readonly posts: Post[] }> {
  const posts: Post[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      posts.push({
        url: request.url ?? "",
        headers: request.headers,
        body: JSON.parse(Buffer.concat(chunks).toString()),
      });
      const status = statuses.length > 1 ? statuses.shift() : (statuses[0] ?? 200);
      response.writeHead(status ?? 200, { location: "http://127.0.0.1:1/elsewhere" }).end("answer");
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => new Promise((resolve) => server.close(resolve)).finally(() => server.closeAllConnections()));
  closing.push(async () => server.closeAllConnections());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, posts };
}

function create(more: Partial<NotifierOptions>) {
  const scene = { nowMs: NOW, faults: [] as ObservatoryError[] };
  const notifier = createNotifier({
    alertmanagers: [],
    webhooks: [],
    externalUrl: "http://observatory:4319",
    clock: { nowMs: () => scene.nowMs },
    onFault: (error) => void scene.faults.push(error),
    retryDelaysMs: [0, 0],
    ...more,
  });
  closing.unshift(() => notifier.close(0));
  return { notifier, scene };
}

const alert = (instance: string, more: Partial<Alert> = {}): Alert => ({
  labels: { alertname: "Down", job: "api", instance },
  annotations: { summary: "It is down", instance },
  startsAtMs: NOW - 60_000,
  endsAtMs: NOW + 240_000,
  resolved: false,
  generatorUrl: "http://observatory:4319/graph?g0.expr=up&g0.tab=1",
  ...more,
});

const tell = async (notifier: Notifier, ...alerts: Alert[]): Promise<void> => {
  notifier.notify(alerts);
  await notifier.idle();
};

describe("an Alertmanager", () => {
  it("gets alerts by its API v2, with the external labels that they do not have", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ alertmanagers: [`${url}/prefix/`], externalLabels: { cluster: "eu", job: "no" } });
    await tell(notifier, alert("a"));
    assert.equal(posts[0]?.url, "/prefix/api/v2/alerts");
    assert.equal(posts[0]?.headers["content-type"], "application/json");
    assert.deepEqual(posts[0]?.body, [
      {
        labels: { cluster: "eu", job: "api", alertname: "Down", instance: "a" },
        annotations: { summary: "It is down", instance: "a" },
        startsAt: "2023-11-14T22:12:20.000Z",
        endsAt: "2023-11-14T22:17:20.000Z",
        generatorURL: "http://observatory:4319/graph?g0.expr=up&g0.tab=1",
      },
    ]);
  });

  it("gets many alerts in batches, in order", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ alertmanagers: [url], maxBatchSize: 2 });
    await tell(notifier, ...["a", "b", "c", "d", "e"].map((name) => alert(name)));
    const names = posts.map(({ body }) => (body as Alert[]).map(({ labels }) => labels["instance"]));
    assert.deepEqual(names, [["a", "b"], ["c", "d"], ["e"]]);
  });

  it("is tried again after a server's error and after none that would repeat itself", async () => {
    const flaky = await listen(503, 429, 200);
    const strict = await listen(400);
    const { notifier, scene } = create({ alertmanagers: [flaky.url, strict.url] });
    await tell(notifier, alert("a"));
    assert.deepEqual([flaky.posts.length, strict.posts.length], [3, 1]);
    assert.deepEqual(
      notifier.stats().map(({ posts, failedPosts, droppedAlerts }) => [posts, failedPosts, droppedAlerts]),
      [
        [1, 0, 0],
        [1, 1, 1],
      ],
    );
    assert.deepEqual(
      scene.faults.map(({ message }) => message.split(". ")[0]),
      [`Expected the Alertmanager ${strict.url} to take alerts, got HTTP 400`],
    );
  });

  it("that fails for long is complained of once, and again after it had recovered", async () => {
    const { url } = await listen(500, 500, 500, 500, 500, 500, 200, 500);
    const { notifier, scene } = create({ alertmanagers: [url] });
    await tell(notifier, alert("a"));
    await tell(notifier, alert("a"));
    assert.equal(scene.faults.length, 1);
    await tell(notifier, alert("a"));
    await tell(notifier, alert("a"));
    assert.equal(scene.faults.length, 2);
    assert.equal(notifier.stats()[0]?.droppedAlerts, 3);
  });

  it("that is not there costs nothing but the alerts that do not fit, the oldest first", async () => {
    const { notifier, scene } = create({ alertmanagers: ["http://127.0.0.1:9"], queueCapacity: 3, maxBatchSize: 1 });
    notifier.notify(["a", "b", "c", "d", "e"].map((name) => alert(name)));
    assert.ok((notifier.stats()[0]?.queuedAlerts ?? 0) <= 3);
    assert.ok((notifier.stats()[0]?.droppedAlerts ?? 0) >= 2);
    await notifier.idle();
    assert.equal(notifier.stats()[0]?.droppedAlerts, 5);
    assert.match(
      scene.faults[0]?.message ?? "",
      /^Expected the Alertmanager http:\/\/127\.0\.0\.1:9 to take alerts, got /,
    );
  });

  it("behind a password gets it as HTTP Basic authentication, and nobody else hears of it", async () => {
    const { url, posts } = await listen(401);
    const { notifier, scene } = create({ alertmanagers: [url.replace("http://", "http://me:s%40cret@")] });
    await tell(notifier, alert("a"));
    assert.equal(posts[0]?.headers.authorization, `Basic ${Buffer.from("me:s@cret").toString("base64")}`);
    assert.doesNotMatch(JSON.stringify([scene.faults.map(String), notifier.stats()]), /cret/);
  });
});

describe("a webhook", () => {
  const bodies = (posts: readonly Post[]) =>
    posts.map(({ body }) => body as Record<string, unknown> & { alerts: { status: string }[] });

  it("gets Alertmanager's message, version 4, when alerts begin to fire", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ webhooks: [`${url}/hook/secret`] });
    await tell(notifier, alert("a"), alert("b"));
    assert.equal(posts[0]?.url, "/hook/secret");
    const common = {
      status: "firing",
      startsAt: "2023-11-14T22:12:20.000Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "http://observatory:4319/graph?g0.expr=up&g0.tab=1",
    };
    assert.deepEqual(
      posts.map(({ body }) => body),
      [
        {
          version: "4",
          groupKey: '{}:{alertname="Down", job="api"}',
          truncatedAlerts: 0,
          status: "firing",
          receiver: "webhook",
          groupLabels: { alertname: "Down", job: "api" },
          commonLabels: { alertname: "Down", job: "api" },
          commonAnnotations: { summary: "It is down" },
          externalURL: "http://observatory:4319",
          alerts: ["a", "b"].map((instance) => ({
            ...common,
            labels: { alertname: "Down", job: "api", instance },
            annotations: { summary: "It is down", instance },
            fingerprint: fingerprint({ alertname: "Down", job: "api", instance }),
          })),
        },
      ],
    );
  });

  it("is told once of what fires, again after four hours, and of the end", async () => {
    const { url, posts } = await listen();
    const { notifier, scene } = create({ webhooks: [url] });
    const end = alert("a", { resolved: true, endsAtMs: NOW + 5 * HOUR });
    for (let minute = 0; minute < 5 * 60; minute++) {
      scene.nowMs = NOW + minute * 60_000;
      await tell(notifier, alert("a", { endsAtMs: scene.nowMs + 240_000 }));
    }
    assert.deepEqual(
      bodies(posts).map(({ status }) => status),
      ["firing", "firing"],
    );
    await tell(notifier, end);
    await tell(notifier, end);
    assert.deepEqual(
      bodies(posts).map(({ status }) => status),
      ["firing", "firing", "resolved"],
    );
    await tell(notifier, alert("a", { endsAtMs: scene.nowMs + 240_000 }));
    assert.equal(posts.length, 4);
  });

  it("is told of alerts of one name and job together, of the others apart", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ webhooks: [url] });
    await tell(
      notifier,
      alert("a"),
      alert("b", { labels: { alertname: "Down", job: "web" } }),
      alert("c", { labels: { alertname: "Slow" } }),
    );
    assert.deepEqual(
      bodies(posts).map(({ groupKey }) => groupKey),
      ['{}:{alertname="Down", job="api"}', '{}:{alertname="Down", job="web"}', '{}:{alertname="Slow"}'],
    );
    await tell(notifier, alert("b"), alert("a", { resolved: true }));
    assert.deepEqual(
      bodies(posts)[3]?.alerts.map(({ status }) => status),
      ["resolved", "firing"],
    );
    assert.equal(bodies(posts)[3]?.status, "firing");
    await tell(notifier, alert("b", { resolved: true }));
    assert.deepEqual(
      bodies(posts)[4]?.alerts.map(({ status }) => status),
      ["resolved"],
    );
  });

  it("is told that an alert is over of which nothing is heard any more", async () => {
    const { url, posts } = await listen();
    const { notifier, scene } = create({ webhooks: [url] });
    await tell(notifier, alert("a"));
    scene.nowMs = NOW + 230_000;
    notifier.tick();
    scene.nowMs = NOW + 240_000;
    notifier.tick();
    await notifier.idle();
    assert.deepEqual(
      bodies(posts).map(({ status }) => status),
      ["firing", "resolved"],
    );
  });

  it("hears nothing of what is silenced, and of what still fires at the end of the silence", async () => {
    const { url, posts } = await listen();
    let silenced = new Set(["a"]);
    const isSilenced = ({ instance = "" }: Alert["labels"]): boolean => silenced.has(instance);
    const { notifier } = create({ webhooks: [url], isSilenced });
    await tell(notifier, alert("a"));
    assert.equal(posts.length, 0);
    await tell(notifier, alert("a"), alert("b"));
    assert.deepEqual(
      bodies(posts)[0]?.alerts.map((one) => (one as unknown as Alert).labels["instance"]),
      ["b"],
    );
    silenced = new Set();
    notifier.tick();
    await notifier.idle();
    assert.equal(bodies(posts)[1]?.alerts.length, 2);
  });

  it("hears neither the end nor a reminder of what is silenced, and no second beginning after it", async () => {
    const { url, posts } = await listen();
    let isSilenced = false;
    const { notifier, scene } = create({ webhooks: [url], isSilenced: () => isSilenced });
    await tell(notifier, alert("a", { endsAtMs: NOW + 10 * HOUR }), alert("b", { endsAtMs: NOW + 10 * HOUR }));
    isSilenced = true;
    scene.nowMs = NOW + 5 * HOUR;
    notifier.tick();
    await tell(notifier, alert("a", { resolved: true }));
    isSilenced = false;
    scene.nowMs = NOW + HOUR;
    notifier.tick();
    await tell(notifier, alert("b", { endsAtMs: NOW + 10 * HOUR }));
    assert.equal(posts.length, 1);
    scene.nowMs = NOW + 5 * HOUR;
    notifier.tick();
    await notifier.idle();
    assert.deepEqual(
      bodies(posts)[1]?.alerts.map((one) => (one as unknown as Alert).labels["instance"]),
      ["b"],
    );
  });

  it("that did not take a message gets it with the next that it is told", async () => {
    const { url, posts } = await listen(500, 500, 500, 200);
    const { notifier, scene } = create({ webhooks: [url] });
    await tell(notifier, alert("a"));
    assert.equal(notifier.stats()[0]?.droppedAlerts, 1);
    scene.nowMs += 60_000;
    await tell(notifier, alert("a"));
    assert.deepEqual(
      bodies(posts).map(({ status }) => status),
      ["firing", "firing", "firing", "firing"],
    );
    await tell(notifier, alert("a"));
    assert.equal(posts.length, 4);
  });

  it("that refuses what it is told is asked once a minute, not with every second that passes", async () => {
    const { url, posts } = await listen(404);
    const { notifier, scene } = create({ webhooks: [url] });
    await tell(notifier, alert("a"));
    for (let seconds = 1; seconds <= 120; seconds++) {
      scene.nowMs += 1000;
      notifier.tick();
      await notifier.idle();
    }
    assert.equal(posts.length, 3);
  });

  it("hears the end of what began before the process did, and not of what ended before it", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ webhooks: [url] });
    await tell(notifier, alert("a", { resolved: true, endsAtMs: NOW - 1 }));
    assert.deepEqual(posts, []);
    await tell(notifier, alert("b", { resolved: true, endsAtMs: NOW + 15_000 }));
    await tell(notifier, alert("b", { resolved: true, endsAtMs: NOW + 15_000 }));
    assert.deepEqual(
      bodies(posts).map(({ status, alerts }) => [status, alerts.length]),
      [["resolved", 1]],
    );
  });

  it("hears nothing of alerts that were over before it heard of them", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ webhooks: [url] });
    await tell(notifier, alert("a", { startsAtMs: NOW, resolved: true }));
    assert.deepEqual(posts, []);
  });

  it("behind a password with a % in it gets the password", async () => {
    const { url, posts } = await listen();
    const { notifier } = create({ webhooks: [url.replace("//", "//me:100%@")] });
    await tell(notifier, alert("a"));
    assert.equal(posts[0]?.headers.authorization, `Basic ${Buffer.from("me:100%").toString("base64")}`);
  });

  it("keeps its secret in whatever is said of it", async () => {
    const { url, posts } = await listen(302);
    const secret = "T0KEN/abc?key=xyz";
    const { notifier, scene } = create({ webhooks: [`${url}/${secret}`, `http://127.0.0.1:9/${secret}`] });
    await tell(notifier, alert("a"));
    assert.equal(posts.length, 1, "a redirect is not followed");
    assert.deepEqual(
      scene.faults.map(({ message }) => /(http:\S+) to take alerts/.exec(message)?.[1]).sort(),
      [url, "http://127.0.0.1:9"].sort(),
    );
    assert.doesNotMatch(
      JSON.stringify([scene.faults.map((fault) => [String(fault), fault.stack]), notifier.stats()]),
      /T0KEN|xyz/,
    );
    for (const bad of [`ftp://host/${secret}`, `//${secret}`, secret]) {
      assert.throws(
        () => create({ webhooks: [bad] }),
        (error: Error) => !/T0KEN|xyz/.test(error.message) && /AO_RULES_NOTIFY/.test(error.message),
      );
    }
  });
});

describe("closing", () => {
  it("delivers what is left, and gives up what takes too long", { timeout: 10_000 }, async () => {
    const quick = await listen();
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    closing.push(() => new Promise((resolve) => silent.close(resolve)));
    closing.push(async () => silent.closeAllConnections());
    const { notifier } = create({
      alertmanagers: [quick.url, `http://127.0.0.1:${(silent.address() as AddressInfo).port}`],
      timeoutMs: 60_000,
    });
    notifier.notify([alert("a")]);
    await notifier.close(200);
    assert.deepEqual(
      notifier.stats().map(({ droppedAlerts }) => droppedAlerts),
      [0, 1],
    );
    assert.equal(quick.posts.length, 1);
  });
});
