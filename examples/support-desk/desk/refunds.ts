import { randomUUID } from "node:crypto";
import { completeReview, recordTask, requestReview } from "agent-observatory";
import type { Database } from "../database.ts";
import { log } from "../log.ts";

export type Decision = "approved" | "rejected";
export type Refund = { readonly orderId: number; readonly amountUsd: number };
export type OpenReview = Refund & { readonly id: string; readonly reason: string };

export type Refunds = {
  /** Pays back at once, or asks a person. Throws where the order does not allow it. */
  readonly ask: (refund: Refund) => Promise<"refunded" | "waits for a person">;
  readonly open: () => Promise<readonly OpenReview[]>;
  /** Undefined where there is no such review, or it was decided already. */
  readonly decide: (id: string, decision: Decision, reviewer: string) => Promise<Refund | undefined>;
};

type ReviewRow = {
  readonly id: string;
  readonly order_id: number;
  readonly amount_usd: string;
  readonly reason: string;
  readonly requested_at: Date;
};

const AGENT = "desk-billing";

export function createRefunds(database: Database, limitUsd: number): Refunds {
  async function pay({ orderId, amountUsd }: Refund): Promise<void> {
    // The condition is the database's to check: two refunds at once must not exceed the order together.
    const { rowCount } = await database.query(
      "UPDATE orders SET refunded_usd = refunded_usd + $2 WHERE id = $1 AND refunded_usd + $2 <= total_usd",
      [orderId, amountUsd],
    );
    const succeeded = rowCount === 1;
    recordTask({ task: "refund", succeeded, agent: AGENT });
    if (!succeeded) throw new RangeError("the order does not allow this refund");
    log.info("refund paid", { order_id: orderId, amount_usd: amountUsd });
  }

  return {
    ask: async (refund) => {
      if (refund.amountUsd <= limitUsd) {
        await pay(refund);
        return "refunded";
      }
      const review = { id: randomUUID(), reason: "refund_over_limit" };
      await database.query("INSERT INTO reviews (id, order_id, amount_usd, reason) VALUES ($1, $2, $3, $4)", [
        review.id,
        refund.orderId,
        refund.amountUsd,
        review.reason,
      ]);
      requestReview(review);
      return "waits for a person";
    },

    open: async () => {
      const { rows } = await database.query<ReviewRow>(
        "SELECT * FROM reviews WHERE decision IS NULL ORDER BY requested_at",
      );
      return rows.map(({ id, order_id, amount_usd, reason }) => ({
        id,
        orderId: order_id,
        amountUsd: Number(amount_usd),
        reason,
      }));
    },

    decide: async (id, decision, reviewer) => {
      const { rows } = await database.query<ReviewRow>(
        "UPDATE reviews SET decision = $2, reviewer = $3 WHERE id = $1 AND decision IS NULL RETURNING *",
        [id, decision, reviewer],
      );
      const [row] = rows;
      if (row === undefined) return undefined;
      // The process that asked may be gone by now, so the row tells since when the customer waits.
      completeReview({ id, decision, reviewer, requestedAt: row.requested_at });
      const refund = { orderId: row.order_id, amountUsd: Number(row.amount_usd) };
      if (decision === "approved") await pay(refund);
      return refund;
    },
  };
}
