import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import type { Labels } from "../../../../src/backends/index.ts";
import { useAsk } from "../../app/ask.ts";
import { access } from "../../app/backends.ts";
import { Link } from "../../app/link.tsx";
import { useTime } from "../../app/url-state.ts";
import { Legend, TimeChart } from "../../charts/time-chart.tsx";
import { Markdown } from "../../parts/markdown.tsx";
import { Asked, Button, Card, CopyButton, Empty, Skeleton } from "../../parts/parts.tsx";
import { stepOf } from "./history.ts";
import css from "./runbook.module.css";
import { fillQuery, fillWords, isComplete, runbookPath, splitQueries } from "./runbook-query.ts";
import { formatOf, valueSeries } from "./value-series.ts";

async function readRunbook(path: string): Promise<string> {
  const response = await access.fetch(path);
  if (!response.ok) throw new Error(`${path}: HTTP ${response.status}`);
  return response.text();
}

type RunbookProps = {
  readonly url: string | undefined;
  readonly labels: Labels;
  /** Of all alerts: a runbook that names one links it. */
  readonly names: readonly string[];
};

/** What to do about it: the rule's runbook, its queries about this alert, run here. */
export function Runbook({ url, labels, names }: RunbookProps): ReactNode {
  const path = runbookPath(url);
  const answer = useQuery({
    queryKey: ["runbook", path],
    queryFn: () => readRunbook(path ?? ""),
    enabled: path !== undefined,
    staleTime: 600_000,
  });
  if (path === undefined)
    return (
      <Card title="Runbook">
        {url === undefined || url.includes("{{") ? (
          <Empty title="The rule names no runbook">
            <p>
              Give it an annotation <code>runbook_url</code>.
            </p>
          </Empty>
        ) : (
          <a href={/^https?:/.test(url) ? url : undefined} target="_blank" rel="noreferrer noopener">
            {url}
          </a>
        )}
      </Card>
    );
  return (
    <Card title="Runbook">
      <Asked answer={answer} what="The runbook could not be read." height={300}>
        {(text) => (
          <Markdown
            text={text}
            withoutTitle
            rewrite={(code) => fillWords(code, labels)}
            linkOf={(word) => (names.includes(word) ? `/alert/${word}` : undefined)}
            showCode={({ language, text: code }) =>
              language === "promql" || language === "logql"
                ? splitQueries(code).map((query) => (
                    <RunnableQuery key={query} language={language} text={query} labels={labels} />
                  ))
                : undefined
            }
          />
        )}
      </Asked>
    </Card>
  );
}

type QueryProps = { readonly language: "promql" | "logql"; readonly text: string; readonly labels: Labels };

function RunnableQuery({ language, text, labels }: QueryProps): ReactNode {
  const [isRun, run] = useState(false);
  const filled = fillQuery(text, labels, language);
  return (
    <div className={css.query}>
      <pre>
        <code>{filled.text}</code>
      </pre>
      <div className={css.actions}>
        {language === "logql" ? (
          <Link to="/logs" params={{ query: filled.text }} className={css.link}>
            Open in logs →
          </Link>
        ) : (
          <Button disabled={!isComplete(filled)} aria-expanded={isRun} onClick={() => run(!isRun)}>
            {isRun ? "Close" : "Run"}
          </Button>
        )}
        <CopyButton text={filled.text} />
        {filled.open.length > 0 && <span className={css.open}>for every {filled.open.join(", ")}</span>}
      </div>
      {isRun && <QueryResult expression={filled.text} />}
    </div>
  );
}

function QueryResult({ expression }: { readonly expression: string }): ReactNode {
  const { range, setRange } = useTime();
  const stepMs = stepOf(range.startMs, range.endMs);
  const answer = useAsk(["runbook-query", expression, stepMs], ({ prometheus }, asked) =>
    prometheus.queryRange(expression, { ...asked, stepMs }),
  );
  if (answer.data === undefined && answer.error === null) return <Skeleton height={200} />;
  return (
    <Asked answer={answer} what="The query failed.">
      {({ result }) => {
        const series = valueSeries("series" in result ? result.series : [], undefined, false);
        if (series.length === 0) return <p className={css.open}>No series within the range.</p>;
        return (
          <>
            <TimeChart
              label={expression}
              series={series}
              {...range}
              format={formatOf(expression)}
              height={160}
              onZoom={(from, to) => setRange({ from: `${from}`, to: `${to}` })}
            />
            <Legend series={series} />
          </>
        );
      }}
    </Asked>
  );
}
