/**
 * Regular expressions as Prometheus, Loki and Go write them (RE2 syntax, github.com/google/re2/wiki/Syntax). Every match takes time linear in the
 * text, so that no pattern a user sends can hold a thread up. Owns re2js.
 */
export { compilePattern, type Match, type Pattern, PatternError, type PatternOptions } from "./pattern.ts";
export { expandReplacement, replaceMatches } from "./replace.ts";
