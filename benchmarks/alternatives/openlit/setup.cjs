"use strict";
// As its README sets it up, preloaded. It reads OTEL_EXPORTER_OTLP_ENDPOINT.
const { default: Openlit } = require("openlit");

Openlit.init();
