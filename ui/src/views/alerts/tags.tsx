import type { ReactNode } from "react";
import { Tag, type Tone } from "../../parts/parts.tsx";
import type { ActiveAlert, Severity } from "./alert-facts.ts";

const SEVERITIES: Readonly<Record<Severity, readonly [text: string, tone: Tone, meaning: string]>> = {
  page: ["page", "bad", "Somebody is woken up by it"],
  ticket: ["ticket", "warn", "To be looked at this week"],
  log: ["log", "plain", "Only to be looked up"],
  "": ["no severity", "plain", "The rule says no severity"],
};

export const SeverityTag = ({ severity }: { readonly severity: Severity }): ReactNode => {
  const [text, tone, meaning] = SEVERITIES[severity];
  return (
    <Tag tone={tone} title={meaning}>
      {text}
    </Tag>
  );
};

export const StateTag = ({ active }: { readonly active: ActiveAlert }): ReactNode => {
  if (active.silences.length > 0)
    return (
      <Tag tone="info" title={active.silences.map(({ comment }) => comment).join("; ")}>
        ◐ silenced
      </Tag>
    );
  return active.alert.state === "firing" ? <Tag tone="bad">● firing</Tag> : <Tag tone="warn">○ pending</Tag>;
};

/** Names and values, the name quieter than the value. */
export const Pairs = ({ pairs }: { readonly pairs: readonly (readonly [string, string])[] }): ReactNode =>
  pairs.map(([name, value]) => (
    <Tag key={name} title={`${name}=${value}`}>
      {name}={value}
    </Tag>
  ));
