// Writes lines by one logger to /dev/null and tells what one costs, in nanoseconds: `node program.mjs VARIANT LINES`.
import { createWriteStream } from "node:fs";
import { trace } from "@opentelemetry/api";
import { createLogger } from "agent-observatory";
import pino from "pino";
import winston from "winston";

const [variant, count] = [process.argv[2], Number(process.argv[3])];

const winstonTo = (stream) =>
  winston.createLogger({
    defaultMeta: { logger: "shop" },
    format: winston.format.combine(winston.format.timestamp(), winston.format.json()),
    transports: [new winston.transports.Stream({ stream })],
  });
const LOGGERS = {
  // What they print goes to stdout, which is /dev/null.
  ours: () => createLogger("shop"),
  "ours-caller": () => createLogger({ name: "shop", caller: "always" }),
  winston: () => winstonTo(process.stdout),
  pino: () =>
    pino(
      { base: { logger: "shop" }, timestamp: pino.stdTimeFunctions.isoTime },
      pino.destination({ dest: 1, sync: true }),
    ),
};

const logger = LOGGERS[variant]();
const swap = variant === "pino";
const line = (i) => {
  const fields = { order: i, customer: "c-81", items: 3, total: 19.9, status: "shipped", path: "/orders/checkout" };
  if (swap) logger.info(fields, "order shipped to the customer");
  else logger.info("order shipped to the customer", fields);
};

const tracer = trace.getTracer("benchmark");
// Batches, and turns of the loop between them: streams and queues are to be emptied as in a program.
const BATCH = 500;
let from;
await tracer.startActiveSpan("work", async (span) => {
  for (let done = 0; done < count * 2; done += BATCH) {
    // The first half is for the compiler.
    if (from === undefined && done >= count) from = process.cpuUsage();
    for (let i = 0; i < BATCH; i++) line(i);
    await new Promise((resolve) => setImmediate(resolve));
  }
  span.end();
});
// Processor time: what else the machine does is not counted.
const { user, system } = process.cpuUsage(from);
const report = createWriteStream("", { fd: 3 });
report.end(JSON.stringify({ ns: ((user + system) * 1000) / count }));
