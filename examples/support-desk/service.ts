/** The support desk. Run it preloaded: `node --require agent-observatory/register service.ts`. README.md lists its settings. */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { serveHealth } from "agent-observatory";
import { createCaches } from "./caches.ts";
import { openDatabase } from "./database.ts";
import { createAnswers } from "./desk/answers.ts";
import { createDesk } from "./desk/desk.ts";
import { createRefunds } from "./desk/refunds.ts";
import { createSpecialists } from "./desk/specialists.ts";
import { createStatusPage } from "./desk/status-page.ts";
import { createTools } from "./desk/tools.ts";
import { createFollowUp } from "./follow-up/follow-up.ts";
import { startQueue } from "./follow-up/queue.ts";
import { createHandbook } from "./handbook.ts";
import { createApp } from "./http/app.ts";
import { conversations } from "./http/conversations.ts";
import { staff } from "./http/staff.ts";
import { log } from "./log.ts";
import { createModel } from "./model.ts";
import { limitSpending, watchErrors, watchHealth } from "./operations.ts";
import { readSettings } from "./settings.ts";

const settings = readSettings(process.env);
limitSpending(settings);
watchErrors();

const database = await openDatabase(settings.databaseUrl);
const model = createModel(settings.model);
const handbook = createHandbook(settings.vectorStoreUrl, model);
await handbook.index();

const answers = createAnswers(database);
const refunds = createRefunds(database, settings.refundLimitUsd);
const statusPage = createStatusPage(settings.statusPageUrl);
const specialists = createSpecialists(model, createTools({ database, handbook, refunds, statusPage }));
const desk = createDesk({ model, caches: createCaches(), answers, specialists });
const followUps = startQueue("follow-up", createFollowUp(model, answers, database));
watchHealth(settings, database, followUps);

const routers = [conversations(desk, answers, followUps), staff(settings.staffToken, desk, answers, refunds)];
const server = createApp(settings.messagesPerMinute, routers).listen(settings.port, "127.0.0.1");
await once(server, "listening");
const operator = serveHealth({ port: settings.operatorPort });
log.info("support desk listens", {
  port: (server.address() as AddressInfo).port,
  operator_port: await operator.listening,
});

// Answers that are under way are given, sessions that wait are followed up; then nothing keeps the process, and the preload sends the rest.
async function stop(signal: NodeJS.Signals): Promise<void> {
  log.info("support desk stops", { signal });
  const closed = once(server, "close");
  server.close();
  await closed;
  await followUps.drain();
  await database.end();
  operator.close();
}
for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, (name) => void stop(name));
