/**
 * What a call costs in US dollars, by the price table of @pydantic/genai-prices (docs/costs.md). Owns that library, which is loaded when
 * the first call is priced: its table is half a megabyte that most programs' start should not wait for. No network: the table is the
 * installed one.
 */
export { costAttributes } from "./cost-attributes.ts";
export { createPricer, type Price, type PricedCall, type Pricer, type UnpricedReason } from "./pricer.ts";
