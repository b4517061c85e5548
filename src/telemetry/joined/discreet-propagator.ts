import {
  type Context,
  createContextKey,
  propagation,
  type TextMapPropagator,
  type TextMapSetter,
  trace,
} from "@opentelemetry/api";
import { publicProvider } from "../../genai/index.ts";
import { ATTR } from "../../model/index.ts";
import { isContextField } from "../context-fields.ts";
import { type DebugMode, markBaggage } from "../debug-mode.ts";

/** Where a request goes, as its span says; SDKs that trace themselves say it as well. */
function hostOf(context: Context): string | undefined {
  const { attributes } = (trace.getSpan(context) ?? {}) as { readonly attributes?: Readonly<Record<string, unknown>> };
  const host = attributes?.[ATTR.serverAddress];
  return typeof host === "string" ? host.toLowerCase().replace(/^\[|\]$/g, "") : undefined;
}

/** Names that no public name server knows, and addresses that no public network routes. */
const PRIVATE_NAME = /(?:^|\.)(?:localhost|local|internal|lan|intranet|corp|home|svc|cluster|test|localdomain)$/;
const PRIVATE_ADDRESS =
  /^(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.|169\.254\.|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.|::1$|f[cd][0-9a-f]{2}:|fe80:)/;

const IS_ADDRESS = /^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f:.]*:[0-9a-f:.]*)$/;

/** Whether a host is one of the program's own: on a private network, or named in `propagation.contextHosts` (`.example.com` with all below it). */
export function isOwnHost(host: string, named: readonly string[]): boolean {
  if (IS_ADDRESS.test(host) ? PRIVATE_ADDRESS.test(host) : !host.includes(".") || PRIVATE_NAME.test(host)) return true;
  return named.some((name) => host === name.replace(/^\./, "") || (name.startsWith(".") && host.endsWith(name)));
}

function withoutFields(context: Context): Context {
  const baggage = propagation.getBaggage(context);
  const fields = (baggage?.getAllEntries() ?? []).flatMap(([name]) => (isContextField(name) ? [name] : []));
  return baggage === undefined || fields.length === 0
    ? context
    : propagation.setBaggage(context, baggage.removeEntries(...fields));
}

const TRUSTED = createContextKey("agent-observatory.trusted-carrier");
/** The context that a carrier of this program's own tells, such as that of a thread: no caller can have written it. */
export const trustedContextOf = (context: Context, carrier: object): Context =>
  propagation.extract(context.setValue(TRUSTED, true), carrier).deleteValue(TRUSTED);

export type DiscreetOptions = {
  /** Hosts on public networks that are the program's own. */
  readonly contextHosts?: readonly string[];
  /** Whether what happens in a context is recorded in full. */
  readonly isDebugged?: (context: Context) => boolean;
  readonly receiveDebug?: DebugMode["receive"];
};

/**
 * Carries the trace context to other services, never to a public provider of models, which has no use for it: neither with our requests
 * nor with those of SDKs that ask for it because OpenTelemetry is there. Who the user is, and that a request is recorded in full, goes to
 * the program's own services only.
 */
export function createDiscreetPropagator(
  propagator: TextMapPropagator,
  { contextHosts = [], isDebugged = () => false, receiveDebug = (context) => context }: DiscreetOptions = {},
): TextMapPropagator {
  return {
    inject: <Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>) => {
      const host = hostOf(context);
      if (host !== undefined && publicProvider(host) !== undefined) return;
      const isOwn = host === undefined || isOwnHost(host, contextHosts);
      const told = isOwn ? (isDebugged(context) ? markBaggage(context) : context) : withoutFields(context);
      propagator.inject(told, carrier, setter);
    },
    extract: (context, carrier, getter) =>
      receiveDebug(propagator.extract(context, carrier, getter), context.getValue(TRUSTED) === true),
    fields: () => propagator.fields(),
  };
}
