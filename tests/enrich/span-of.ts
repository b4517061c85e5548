import type { Span } from "../../src/signals/index.ts";

const RESOURCE = { service: "crew", attributes: { "service.name": "crew" } };

/** A root span of one second that says nothing but what is given. */
export const spanOf = (given: Partial<Span>): Span => ({
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
  parentSpanId: "",
  traceState: "",
  flags: 1,
  name: "span",
  kind: "internal",
  startNs: 1_700_000_000_000_000_000n,
  endNs: 1_700_000_001_000_000_000n,
  status: "unset",
  statusMessage: "",
  resource: RESOURCE,
  scope: { name: "test", version: "", attributes: {} },
  attributes: {},
  events: [],
  links: [],
  ...given,
});
