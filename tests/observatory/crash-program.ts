/** Runs the embedded process on the directory that is named, until it is killed; tells where OTLP goes. */
import { startObservatory } from "../../src/observatory/index.ts";
import { testSettings } from "./running-observatory.ts";

const { urls } = await startObservatory(testSettings(process.argv[2] ?? ""), { ownTelemetry: false });
process.stdout.write(`${urls.otlpHttp}\n`);
