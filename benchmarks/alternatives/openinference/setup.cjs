"use strict";
// As the README of @arizeai/phoenix-otel sets it up, preloaded.
const { register } = require("@arizeai/phoenix-otel");
const { OpenAIInstrumentation } = require("@arizeai/openinference-instrumentation-openai");

const provider = register({
  projectName: "benchmark",
  url: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  instrumentations: [new OpenAIInstrumentation()],
});
// Its README ends a program so; without it the spans of a short one are lost.
process.once("beforeExit", async () => {
  await provider.shutdown();
});
