/**
 * What a call costs in US dollars, by the price table of @pydantic/genai-prices (docs/costs.md), of which scripts/price-table.ts keeps what
 * prices need. It is read when the first call is priced: most programs' start should not wait for it. No network: the table is the one that
 * this package was built with.
 */
export { costAttributes } from "./cost-attributes.ts";
export { createPricer, type Price, type PricedCall, type Pricer, type UnpricedReason } from "./pricer.ts";
export {
  type CostProjection,
  type CostSummaries,
  type CostSummary,
  type CostSummaryBy,
  type CostTotals,
  createCostSummaries,
} from "./summary.ts";
