"use strict";
// As its README sets it up, preloaded. The address and the silence of its own greeting are what its documentation names for them.
const traceloop = require("@traceloop/node-server-sdk");

traceloop.initialize({
  appName: "benchmark",
  baseUrl: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  silenceInitializationMessage: true,
});
// Its documentation flushes a short program so; without it its spans are lost.
process.once("beforeExit", async () => {
  await traceloop.forceFlush();
});
