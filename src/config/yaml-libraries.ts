/** What yaml-file.ts needs of YAML and zod: bundled into a file of its own (scripts/build.ts), which loads only where there is a file to read. */
export { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, visit } from "yaml";
export { custom, nullable, optional, strictObject } from "zod/mini";
