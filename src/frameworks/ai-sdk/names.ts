/** What AI SDK 5 and 6 call their spans. */
export const ROOT = /^ai\.(?:generate|stream)(?:Text|Object)$/;
export const MODEL_CALL = /^ai\.(?:(?:generate|stream)(?:Text|Object)\.do(?:Generate|Stream)|embed(?:Many)?\.doEmbed)$/;
export const TOOL_CALL = "ai.toolCall";
