/**
 * Secrets and personal data, found and replaced by `[REDACTED:kind]`. Pure: text and values in, safe copies out. What is recognized is
 * one table (rules.ts). Must never throw at what it is given, never change it, and never take more than linear time.
 */

export { createRedactor, type ExtraPattern, type Redactor, type RedactorOptions, redactionKinds } from "./redactor.ts";
export { type RememberingRedactor, rememberTexts } from "./remembering.ts";
