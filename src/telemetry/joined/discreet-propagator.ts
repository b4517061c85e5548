import { type Context, type TextMapPropagator, type TextMapSetter, trace } from "@opentelemetry/api";
import { publicProvider } from "../../genai/index.ts";
import { ATTR } from "../../model/index.ts";

/** Whether the current span is a call to a public provider of models, as an SDK that traces itself describes it. */
function goesToProvider(context: Context): boolean {
  const { attributes } = (trace.getSpan(context) ?? {}) as { readonly attributes?: Readonly<Record<string, unknown>> };
  const host = attributes?.[ATTR.serverAddress];
  return typeof host === "string" && publicProvider(host) !== undefined;
}

/**
 * Carries the trace context to the program's own services, never to a public provider of models, which has no use for it: neither with our
 * requests nor with those of SDKs that ask for it because OpenTelemetry is there.
 */
export function createDiscreetPropagator(propagator: TextMapPropagator): TextMapPropagator {
  return {
    inject: <Carrier>(context: Context, carrier: Carrier, setter: TextMapSetter<Carrier>) => {
      if (!goesToProvider(context)) propagator.inject(context, carrier, setter);
    },
    extract: (context, carrier, getter) => propagator.extract(context, carrier, getter),
    fields: () => propagator.fields(),
  };
}
