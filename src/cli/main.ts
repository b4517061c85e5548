import { VERSION } from "../version.ts";

const HELP = `agent-observatory ${VERSION}: observability for AI agents in Node

  node --require agent-observatory/register app.js    run a program, observed

Telemetry goes to OTEL_EXPORTER_OTLP_ENDPOINT (default http://127.0.0.1:4318); TRACING_EXPORTER=console prints it instead.
All settings: docs/configuration.md.

Options
  --help       this text
  --version    the version
`;

/** Runs the command line. Returns the exit code: 0 done, 2 the command is not known. */
export function run(args: readonly string[], out: NodeJS.WritableStream, errors: NodeJS.WritableStream): number {
  const [command] = args;
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    out.write(HELP);
    return 0;
  }
  if (command === "--version" || command === "-v") {
    out.write(`${VERSION}\n`);
    return 0;
  }
  errors.write(`agent-observatory: "${command}" is not a command. Known are --help and --version.\n`);
  return 2;
}

process.exitCode = run(process.argv.slice(2), process.stdout, process.stderr);
