import { createLogger } from "agent-observatory";

// One logger for the service: its lines carry trace, session, user and correlation id without anybody passing them on.
export const log = createLogger("support-desk");
