/** The services whose life `traffic.ts` tells, and what goes wrong with them, by minutes after the start. */
export type Service = {
  readonly name: string;
  readonly namespace: string;
  readonly environment: string;
  readonly criticality: string;
  readonly agents: readonly string[];
  readonly workflow?: string;
  /** Runs per push. */
  readonly pace: number;
};

export const SERVICES: readonly Service[] = [
  {
    name: "research",
    namespace: "",
    environment: "production",
    criticality: "",
    agents: ["planner", "writer"],
    workflow: "report",
    pace: 2,
  },
  {
    name: "support",
    namespace: "desk",
    environment: "production",
    criticality: "critical",
    agents: ["triage"],
    pace: 4,
  },
  { name: "support", namespace: "desk", environment: "staging", criticality: "", agents: ["triage"], pace: 0.2 },
  { name: "rare", namespace: "", environment: "", criticality: "", agents: ["night-watch"], pace: 0.08 },
];

export const MODELS = [
  ["openai", "gpt-4o"],
  ["openai", "gpt-4o-mini"],
  ["anthropic", "claude-sonnet-4-5"],
] as const;
export const TOOLS = ["search", "read_page", "calculator"];

type Spell = { readonly from: number; readonly to: number; readonly service?: string };

export const TROUBLE = {
  /** Many runs wait. */
  queue: { service: "research", from: 8, to: 30 },
  /** Nothing arrives. */
  outage: { service: "support", from: 30, to: 42 },
  /** A hundred times the price, ten times the tokens. */
  costly: { service: "research", from: 42, to: 56 },
  /** Providers refuse. */
  storm: { from: 55, to: 68 },
  /** Every run fails. */
  broken: { service: "rare", from: 60, to: 100 },
  /** Telemetry is lost on its way out. */
  dropping: { service: "support", from: 64, to: 70 },
  slow: { from: 75, to: 92 },
  brokenTool: { service: "support", from: 90, to: 98 },
} as const satisfies Readonly<Record<string, Spell>>;

/** When everything of a service is started again. */
export const RESTARTS = [20, 42, 60];
/** When the staging service says that it ends, and does. */
export const FAREWELL = 105;
/** When a label has too many values for once, and a model comes into use that has no price. */
export const FOLDING = 25;
export const UNPRICED = 12;

export const within = (minute: number, { from, to, service }: Spell, { name }: Service): boolean =>
  minute >= from && minute < to && (service === undefined || service === name);
