/** What the test does to the support desk over HTTP, and what came back: by it everything that was measured is judged. */
import assert from "node:assert/strict";
import type { World } from "../../examples/support-desk/local/world.ts";
import type { ErrorSummary, HealthReport } from "../../src/index.ts";
import { signalAll } from "../health/real-databases.ts";
import { type Desk, until } from "./observed-support-desk.ts";

export type Exchange = {
  readonly session: string;
  readonly user: string;
  readonly text: string;
  readonly route: "billing" | "technical" | "general";
  readonly source: "model" | "cache" | "similar question" | "person" | "failed" | "stopped by its budget";
  /** What goes wrong meanwhile. */
  readonly trouble?: (world: World) => void;
};

const DEAR: Exchange = {
  session: "dear",
  user: "cleo",
  text: "Please refund 10 dollars for order 1045",
  route: "billing",
  source: "model",
};

/** One after the other, as what is cached and spent depends on it. */
export const EXCHANGES: readonly Exchange[] = [
  { session: "s1", user: "ada", text: "How do I reset my password?", route: "general", source: "model" },
  { session: "s2", user: "ben", text: "how do I reset my password", route: "general", source: "cache" },
  { session: "s3", user: "cleo", text: "How can I reset my password?", route: "general", source: "similar question" },
  { session: "s4", user: "ada", text: "Please refund 49 dollars for order 1042", route: "billing", source: "model" },
  // The order of somebody else: the tool fails, and the model asks for the number.
  { session: "s5", user: "ben", text: "Please refund 5 dollars for order 1999", route: "billing", source: "model" },
  { session: "s6", user: "ben", text: "Please refund 480 dollars for order 1044", route: "billing", source: "model" },
  {
    session: "s7",
    user: "cleo",
    text: "The API gives error 502 after an upgrade",
    route: "technical",
    source: "model",
    trouble: ({ statusPage }) => statusPage.failNext(1, "api"),
  },
  // All three attempts fail; what the page said last is told.
  {
    session: "s7",
    user: "cleo",
    text: "Still error 502",
    route: "technical",
    source: "model",
    trouble: ({ statusPage }) => statusPage.failNext(3, "api"),
  },
  // All three attempts fail; the other model answers.
  {
    session: "s8",
    user: "cleo",
    text: "Which plan is right for us?",
    route: "general",
    source: "model",
    trouble: ({ model }) => model.expect({ model: "gpt-4o", kind: "outage" }, 3),
  },
  {
    session: "s9",
    user: "ben",
    text: "When are your opening hours?",
    route: "general",
    source: "model",
    trouble: ({ model }) => model.expect({ model: "gpt-4o", kind: "rate limit" }),
  },
  { session: "s10", user: "cleo", text: "Blue is nicer than green", route: "general", source: "person" },
  // Neither model answers.
  {
    session: "s13",
    user: "ada",
    text: "Which plan for a school?",
    route: "general",
    source: "failed",
    trouble: ({ model }) => {
      model.expect({ model: "gpt-4o", kind: "outage" }, 3);
      model.expect({ model: "gpt-4.1-mini", kind: "outage" });
    },
  },
  DEAR,
  DEAR,
  // The limit is reached in the midst of the third, before its refund; the fourth does not begin.
  { ...DEAR, source: "stopped by its budget" },
  { ...DEAR, source: "stopped by its budget" },
];
/** Asked for as a stream. */
export const STREAMED: Exchange = {
  session: "s4",
  user: "ada",
  text: "Please refund 480 dollars for order 1043",
  route: "billing",
  source: "model",
};
/** Asked by staff, and recorded in full. */
export const DEBUGGED: Exchange = {
  session: "s12",
  user: "ben",
  text: "Please refund 7 dollars for order 1998",
  route: "billing",
  source: "model",
};
/** Under way when the desk is told to stop. */
export const LAST: Exchange = {
  session: "s11",
  user: "ada",
  text: "What does the Team plan cost?",
  route: "general",
  source: "model",
};
export const ALL: readonly Exchange[] = [...EXCHANGES, STREAMED, DEBUGGED, LAST];

export const DESK_SETTINGS = { MESSAGES_PER_MINUTE: "12", SESSION_BUDGET_USD: "0.01", DAILY_BUDGET_USD: "0.03" };
/** Of one user, who sends nothing that could be answered. */
export const HASTY_REQUESTS = 15;
export const CLOSED_SESSIONS = ["s1", "s5", "s4", "s9"];

export type Insights = {
  readonly health: HealthReport;
  readonly errors: ErrorSummary;
  readonly costs: { readonly total: { readonly usd: number; readonly calls: number } };
  readonly answerSeconds: { readonly count: number };
};

export type Driven = Awaited<ReturnType<typeof drive>>;

async function exchange(desk: Desk, { session, user, text, route, source, trouble }: Exchange) {
  trouble?.(desk.world);
  const answered = await desk.say(session, user, text);
  const status = source === "stopped by its budget" ? 402 : source === "failed" ? 500 : 200;
  const expected = status === 200 ? [status, route, source] : [status, undefined, undefined];
  assert.deepEqual([answered.status, answered.route, answered.source], expected, text);
  return answered;
}

async function review(desk: Desk): Promise<number[]> {
  const open = JSON.parse((await desk.askStaff("/reviews")).body) as {
    readonly id: string;
    readonly orderId: number;
  }[];
  const idOf = (orderId: number) => open.find((one) => one.orderId === orderId)?.id;
  const answers = [
    await desk.ask("/staff/reviews", "ada"),
    await desk.askStaff(`/reviews/${idOf(1043)}`, { decision: "approved" }),
    await desk.askStaff(`/reviews/${idOf(1044)}`, { decision: "rejected" }),
    await desk.askStaff(`/reviews/${idOf(1044)}`, { decision: "approved" }),
  ];
  return answers.map(({ status }) => status);
}

/** The database hangs, its connections open, and goes on. */
async function hang(desk: Desk): Promise<readonly string[]> {
  const report = async (): Promise<string> => {
    const { status, body } = await desk.askOperator("/readyz");
    const database = (JSON.parse(body) as HealthReport).checks.find(({ name }) => name === "database");
    const measured = await desk.scraped("health_check_status", { check: "database" });
    return `${status} ${database?.status} ${measured}`;
  };
  const isReady = async (): Promise<boolean> => (await desk.ask("/readyz", "probe")).status === 200;
  const reports = [await report()];
  signalAll(desk.world.postgres.pid, "SIGSTOP");
  try {
    await until("a database that hangs makes the desk unready", async () => !(await isReady()));
    reports.push(await report());
  } finally {
    signalAll(desk.world.postgres.pid, "SIGCONT");
  }
  await until("the desk is ready again", isReady);
  return [...reports, await report()];
}

export async function drive(desk: Desk) {
  const { world } = desk;
  const answered = [];
  for (const one of EXCHANGES) answered.push(await exchange(desk, one));
  const [first, , , , failed] = answered;
  const streamed = await desk.ask(
    `/sessions/${STREAMED.session}/messages`,
    STREAMED.user,
    { text: STREAMED.text },
    { accept: "text/event-stream" },
  );

  const debugged = await desk.askStaff(`/sessions/${DEBUGGED.session}/debug`, {
    userId: DEBUGGED.user,
    text: DEBUGGED.text,
  });

  const hasty = [];
  for (let sent = 0; sent < HASTY_REQUESTS; sent++)
    hasty.push(await desk.ask("/sessions/hasty/messages", "dora", { text: "" }));

  const feedback = [
    await desk.ask(`/answers/${first?.answerId}/feedback`, "ada", { thumbs: "up" }),
    await desk.ask(`/answers/${failed?.answerId}/feedback`, "ben", { thumbs: "down", comment: "not what I asked" }),
    await desk.ask("/answers/00000000-0000-4000-8000-000000000000/feedback", "ben", { thumbs: "up" }),
  ];
  const pendingBefore = await desk.scraped("human_reviews_pending");
  const reviews = await review(desk);
  const pendingAfter = await desk.scraped("human_reviews_pending");

  // The worker is busy with the first of three.
  world.model.expect({ model: "gpt-4o-mini", kind: "slow" });
  for (const session of CLOSED_SESSIONS.slice(0, 3)) {
    assert.equal(
      (await desk.ask(`/sessions/${session}/close`, "ada", {}, { "x-correlation-id": "batch-7" })).status,
      202,
    );
  }
  const depth = await desk.scraped("agent_queue_depth", { agent: "follow-up" });
  const workers = await desk.scraped("pool_members", { pool: "follow-up-workers", state: "active" });
  await until("three sessions are followed up", async () => (await desk.scraped("workflow_executions_total")) === 3);

  const health = await hang(desk);
  const insights = JSON.parse((await desk.askStaff("/insights")).body) as Insights;

  world.model.expect({ model: "gpt-4o", kind: "slow" });
  const asked = world.model.requests.length;
  const last = exchange(desk, LAST);
  await until("the last question is with the model", () =>
    world.model.requests.slice(asked).some(({ model }) => model === "gpt-4o"),
  );
  assert.equal((await desk.ask("/sessions/s9/close", "ben", {})).status, 202);
  const stopped = desk.stop();
  const answers = [...answered, await last];
  return {
    answers,
    streamed,
    debugged: JSON.parse(debugged.body) as { readonly traceId: string; readonly answer: string },
    hasty,
    feedback: feedback.map(({ status }) => status),
    reviews,
    pending: [pendingBefore, pendingAfter],
    depth,
    workers,
    health,
    insights,
    end: await stopped,
  };
}
