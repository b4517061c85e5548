import { formatTime } from "../../format/quantity.ts";

/** `18:26:29.168`, in the reader's own time zone. */
export const formatClock = (timeMs: number): string => formatTime(timeMs, true).slice(11);
