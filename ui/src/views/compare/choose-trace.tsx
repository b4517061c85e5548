import type { ReactNode } from "react";
import { type Backends, searchTraces, summarizeTrace, type TraceSearchResult } from "../../../../src/backends/index.ts";
import { ATTR, OPERATION } from "../../../../src/model/index.ts";
import { useAsk } from "../../app/ask.ts";
import type { Range } from "../../app/time-range.ts";
import { formatMs, formatTime, formatUsd } from "../../format/quantity.ts";
import { Asked, Button, Card, Empty, Input, Table, Tag } from "../../parts/parts.tsx";
import css from "./compare.module.css";

const SHOWN = 50;

const WHOLE_ID_CHARS = 32;

/** Traces that are worth comparing with one: of its agent, with its name first. Without one, whatever an agent did. */
async function askLike(
  { jaeger }: Backends,
  id: string | undefined,
  range: Range,
): Promise<TraceSearchResult["found"]> {
  const trace = id?.length === WHOLE_ID_CHARS ? await jaeger.trace(id, { spans: 0 }) : undefined;
  const like = trace === undefined ? undefined : summarizeTrace(trace);
  const [agent] = like?.agents ?? [];
  const search = { ...range, limit: SHOWN, spansPerTrace: 0 };
  const { found } = await searchTraces(jaeger, {
    ...search,
    ...(agent !== undefined
      ? { agent }
      : like !== undefined
        ? { service: like.service }
        : { attributes: { [ATTR.operation]: OPERATION.invokeAgent } }),
  });
  const all = found.length > 0 ? found : (await searchTraces(jaeger, search)).found;
  return [...all].sort((x, y) => Number(y.summary.name === like?.name) - Number(x.summary.name === like?.name));
}

type ChooseTraceProps = {
  /** Undefined where it is to be chosen. */
  readonly a: string | undefined;
  readonly b: string | undefined;
  readonly onChoose: (next: { a: string | undefined; b: string | undefined }) => void;
};

/** The latest traces, and room for ids. */
export function ChooseTrace({ a, b, onChoose }: ChooseTraceProps): ReactNode {
  const known = a ?? b;
  const latest = useAsk(["latest traces", known], (backends, range) => askLike(backends, known, range));
  const put = (id: string): void => onChoose(a === undefined ? { a: id, b } : { a, b: id });
  return (
    <Card title={a === undefined && b === undefined ? "Which two traces?" : "With which other trace?"}>
      <form
        className={css.choose}
        onSubmit={(event) => {
          event.preventDefault();
          const data = new FormData(event.currentTarget);
          const told = (name: string): string | undefined => String(data.get(name) ?? "").trim() || undefined;
          onChoose({ a: told("a"), b: told("b") });
        }}
      >
        <IdInput letter="A" id={a} />
        <IdInput letter="B" id={b} />
        <Button type="submit" primary>
          Compare
        </Button>
      </form>
      <Asked answer={latest} what="The latest traces could not be read." height={300}>
        {(found) => {
          const sorted = found.filter(({ summary }) => summary.traceId !== a && summary.traceId !== b);
          return sorted.length === 0 ? (
            <Empty title="There are no other traces in this time" command="npx agent-observatory dev -- node app.js" />
          ) : (
            <Table
              label="The latest traces"
              rows={sorted}
              keyOf={({ summary }) => summary.traceId}
              columns={[
                {
                  title: "Trace",
                  show: ({ summary }) => (
                    <button type="button" className={css.pick} onClick={() => put(summary.traceId)}>
                      {summary.name}
                    </button>
                  ),
                },
                { title: "Agents", show: ({ summary }) => summary.agents.join(", ") },
                {
                  title: "State",
                  show: ({ summary }) =>
                    summary.status === "error" ? <Tag tone="bad">error</Tag> : <Tag tone="ok">ok</Tag>,
                },
                {
                  title: "Cost",
                  show: ({ summary }) => (summary.costUsd === undefined ? "–" : formatUsd(summary.costUsd)),
                  isNumber: true,
                },
                { title: "Duration", show: ({ summary }) => formatMs(summary.durationMs), isNumber: true },
                { title: "Start", show: ({ summary }) => formatTime(summary.startMs), isNumber: true },
              ]}
            />
          );
        }}
      </Asked>
    </Card>
  );
}

/** Takes another one's place when another is chosen. */
const IdInput = ({ letter, id = "" }: { readonly letter: "A" | "B"; readonly id: string | undefined }): ReactNode => (
  <label>
    {letter}
    <Input
      name={letter.toLowerCase()}
      defaultValue={id}
      key={id}
      placeholder="trace id, or its beginning"
      pattern="\s*[0-9a-fA-F]{4,32}\s*"
    />
  </label>
);
