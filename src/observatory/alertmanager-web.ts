import type { IncomingMessage } from "node:http";
import type { AlertmanagerApi } from "../api/index.ts";
import { type ByteBudget, readBody } from "../receive/index.ts";
import { refuseWrite } from "./page-writes.ts";
import { plainText, type Sent } from "./send.ts";

/** A silence is a few lines. */
const MAX_BODY_BYTES = 65_536;

type Asked = { readonly message: IncomingMessage; readonly path: string; readonly query: string };

/** Alerts and silences. Reading is for everybody whom the guard lets in; writing is for programs and for no page but ours. */
export async function answerAlertmanager(
  { message, path, query }: Asked,
  budget: ByteBudget,
  { alertmanager, corsOrigins }: { readonly alertmanager: AlertmanagerApi; readonly corsOrigins: readonly string[] },
): Promise<Sent> {
  const method = message.method ?? "GET";
  const params = new URLSearchParams(query);
  const contentType = message.headers["content-type"] ?? "";
  if (method === "GET" || method === "HEAD")
    return alertmanager.handle({ method: "GET", path, params, contentType, body: "" });
  const refusal = refuseWrite(message, corsOrigins);
  if (refusal !== undefined) return refusal;
  const body = await readBody(message, "identity", MAX_BODY_BYTES, budget);
  if (body.kind === "too-large") return plainText(413, `expected a body of at most ${MAX_BODY_BYTES} bytes\n`);
  if (body.kind === "no-room") return plainText(503, "too much is being written\n", { "retry-after": "1" });
  if (body.kind === "broken") return plainText(400, `${body.message}\n`);
  try {
    return await alertmanager.handle({ method, path, params, contentType, body: body.bytes.toString() });
  } finally {
    budget.release(body.reserved);
  }
}
