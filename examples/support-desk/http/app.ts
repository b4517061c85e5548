import { healthMiddleware, rateLimit } from "agent-observatory";
import express, { type Express, type Request, type Router } from "express";
import { requestContext, userOf } from "./context.ts";
import { failures } from "./failures.ts";

/** The order matters: who asks is known before anything is counted or refused, and what fails comes to the last. */
export function createApp(messagesPerMinute: number, routers: readonly Router[]): Express {
  const app = express();
  app.disable("x-powered-by");
  app.use(healthMiddleware());
  app.use(requestContext);
  app.use("/sessions", rateLimit<Request>({ limit: messagesPerMinute, windowMs: 60_000, key: userOf }));
  app.use(express.json({ limit: "64kb" }));
  for (const router of routers) app.use(router);
  app.use(failures);
  return app;
}
