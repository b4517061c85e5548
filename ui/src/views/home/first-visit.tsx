import type { ReactNode } from "react";
import { Card, Command } from "../../parts/parts.tsx";
import css from "./home.module.css";

const WAYS: readonly (readonly [what: string, command: string])[] = [
  ["Run your program, observed", "npx agent-observatory dev -- node app.js"],
  ["Add it to a project, for good", "npm i agent-observatory"],
  ["In a checkout: agents at work", "npm run demo"],
];

/** Nobody has sent anything yet: three lines, one of which helps. */
export const FirstVisit = (): ReactNode => (
  <Card title="Nothing has arrived yet">
    <ol className={css.ways}>
      {WAYS.map(([what, command]) => (
        <li key={command}>
          <span>{what}</span>
          <Command text={command} />
        </li>
      ))}
    </ol>
    <p className={css.hint}>
      Anything that speaks OpenTelemetry is welcome as well: OTLP on port 4318 (HTTP) or 4317 (gRPC), unless this
      process was started with other ports. This page notices by itself.
    </p>
  </Card>
);
