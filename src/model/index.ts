/** The vocabulary that every room speaks: attribute names and the values that have a fixed list. Data only. */
export {
  ATTR,
  INFERENCE_OPERATIONS,
  LISTED_VALUES,
  OPERATION,
  RUN_EVENT,
  RUN_REPEATED_MS,
  type RunState,
  VECTOR_SYSTEMS,
} from "./attributes.ts";
export { httpMethodOf, OTHER_METHOD, UNMATCHED_ROUTE } from "./http.ts";
