"use strict";
// As the README of @arizeai/phoenix-otel sets it up, preloaded.
const { register } = require("@arizeai/phoenix-otel");
const { OpenAIInstrumentation } = require("@arizeai/openinference-instrumentation-openai");

register({
  projectName: "benchmark",
  url: process.env.OTEL_EXPORTER_OTLP_ENDPOINT,
  instrumentations: [new OpenAIInstrumentation()],
});
