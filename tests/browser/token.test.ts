import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, describe, it } from "node:test";
import { WebSocket } from "ws";
import { protocolsOf } from "../../ui/src/app/token-text.ts";
import { hasCount, type ShownPage, startPage, WITHOUT_BROWSER } from "./harness.ts";

const TOKEN = "a token/with+letters=that must be escaped";

describe("the page where a token is needed", { skip: WITHOUT_BROWSER }, () => {
  let shown: ShownPage;
  const asked: string[] = [];
  before(async () => {
    shown = await startPage({ scenario: "empty", environment: { AGENT_OBSERVATORY_TOKEN: TOKEN } });
    shown.expectComplaints(/status of 401/);
    shown.context.on("request", (request) => asked.push(`${request.url()} ${request.postData() ?? ""}`));
  });
  after(() => shown?.close());
  const entry = () => shown.page.getByLabel("Token", { exact: true });
  const isIn = () => shown.page.getByRole("heading", { name: "A token is needed" }).waitFor({ state: "detached" });

  it("asks for it once, says when it is wrong, and shows nothing before", async () => {
    await shown.open("/traces");
    await entry().waitFor();
    assert.equal(await entry().getAttribute("type"), "password");
    await entry().fill("a wrong one");
    await shown.page.keyboard.press("Enter");
    await shown.page.getByText("That is not the token.").waitFor();
    await entry().fill(TOKEN);
    await shown.page.keyboard.press("Enter");
    await isIn();
    await shown.page.reload();
    await shown.settled();
    await hasCount(entry(), 0, "it is kept for the tab");
    assert.equal(new URL(shown.page.url()).pathname, "/traces");
    const other = await shown.context.newPage();
    await other.goto("/traces");
    await other.getByLabel("Token", { exact: true }).waitFor();
    await other.close();
  });

  it("takes it from the fragment of an address, which is gone at once", async () => {
    const tab = await shown.context.newPage();
    await tab.goto(`/errors?from=now-6h#token=${encodeURIComponent(TOKEN)}`);
    await tab.getByRole("button", { name: "Last 6 hours" }).waitFor();
    assert.equal(tab.url(), `${shown.url}/errors?from=now-6h`);
    await shown.settled();
    await hasCount(tab.getByLabel("Token", { exact: true }), 0);
    assert.equal(await tab.evaluate("history.length"), 2, "there is no way back to it");
    assert.equal(await tab.evaluate("localStorage.length"), 0);
    assert.equal(await tab.evaluate("document.cookie"), "");
    await tab.close();
  });

  it("opens WebSockets with it, and does not get it back", async () => {
    const url = `${shown.url.replace("http", "ws")}/loki/api/v1/tail?query=${encodeURIComponent('{a="b"}')}`;
    const origin = shown.url;
    const socket = new WebSocket(url, protocolsOf(TOKEN), { headers: { origin } });
    await once(socket, "open");
    assert.equal(socket.protocol, "agent-observatory.tail");
    socket.close();
    const wrong = new WebSocket(url, protocolsOf("another"), { headers: { origin } });
    wrong.on("error", () => {});
    const [, response] = (await once(wrong, "unexpected-response")) as [unknown, { statusCode: number }];
    assert.equal(response.statusCode, 401);
    wrong.terminate();
  });

  it("leaves it in no address, no log and no error", () => {
    const written = [...asked, shown.served.said(), shown.page.url(), ...shown.complaints].join("\n");
    for (const secret of [TOKEN, encodeURIComponent(TOKEN), btoa(TOKEN)]) assert.ok(!written.includes(secret), secret);
    assert.ok(asked.length > 10, "requests were looked at");
  });
});
