/** The vocabulary that every room speaks: attribute names and the values that have a fixed list. Data only. */
export { ATTR, INFERENCE_OPERATIONS, OPERATION } from "./attributes.ts";
