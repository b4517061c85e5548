"use strict";
// As its README sets it up, preloaded. It reads OTEL_EXPORTER_OTLP_ENDPOINT.
const { trace } = require("@opentelemetry/api");
const { default: Openlit } = require("openlit");

Openlit.init();
// It has no call for it, and without it the spans of a short program are lost.
process.once("beforeExit", async () => {
  await trace.getTracerProvider().getDelegate().forceFlush();
});
