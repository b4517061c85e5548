/**
 * The embedded process, put together: threads, servers, rules, and how they start and end. Owns worker threads and WebSockets; everything it
 * does not know of time and environment is given to it. Must never answer what is not committed, or let one query hold up another.
 */
export { type Observatory, type ObservatoryOptions, startObservatory } from "./observatory.ts";
export { type StackPage, type StackPageOptions, startStackPage } from "./stack-page.ts";
