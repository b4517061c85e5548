/** Boards are colored by what alerts fire at. */
export { THRESHOLDS } from "../../alerts/source/thresholds.ts";
