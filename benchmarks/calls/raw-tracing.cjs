"use strict";
// OpenTelemetry's SDK as it is by default, preloaded: spans in batches over OTLP, nothing else.
const { NodeSDK } = require("@opentelemetry/sdk-node");

const sdk = new NodeSDK({ instrumentations: [] });
sdk.start();
process.once("beforeExit", async () => {
  await sdk.shutdown();
});
