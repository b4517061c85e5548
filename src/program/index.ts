/**
 * Puts the parts together in the program: the only room of the light side that knows them all. Used by the preload; the rooms below never use it.
 */
export { type StartOptions, startTelemetry } from "./start.ts";
