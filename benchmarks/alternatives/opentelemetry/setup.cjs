"use strict";
// As the README of @opentelemetry/instrumentation-openai 0.22 sets it up, preloaded.
const { NodeSDK } = require("@opentelemetry/sdk-node");
const { OpenAIInstrumentation } = require("@opentelemetry/instrumentation-openai");

const sdk = new NodeSDK({
  instrumentations: [new OpenAIInstrumentation()],
});
sdk.start();
process.once("beforeExit", async () => {
  await sdk.shutdown();
});
