import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { listPanelQueries } from "../../../grafana/source/panel-queries.ts";
import { findWhatIsMissing, GRAFANA, hasImage, loadServices } from "../support/docker.ts";
import { getJson } from "../support/http.ts";
import { loadDatasources } from "../support/provisioning.ts";
import type { Scenario } from "../support/scenario.ts";

/** Why Grafana is not started; undefined where its image is here. */
function findReason(): string | undefined {
  // Then nothing is started at all, which is said elsewhere.
  if (findWhatIsMissing() !== undefined) return "the stack does not start";
  const { image } = loadServices()[GRAFANA]!;
  return hasImage(image) ? undefined : `its image ${image} is not here`;
}

export function checkGrafana(given: () => Scenario): void {
  const reason = findReason();
  if (reason !== undefined) console.error(`\n!! Grafana was NOT tested: ${reason}.\n`);

  // On each test, because a suite that is skipped is not counted.
  const skip = reason ?? false;
  describe("Grafana", () => {
    const ask = async <T>(path: string): Promise<T> => {
      const { stack } = given();
      const password = (await stack.exec(GRAFANA, ["cat", "/var/lib/grafana/admin-password"])).trim();
      const authorization = `Basic ${Buffer.from(`admin:${password}`).toString("base64")}`;
      return getJson<T>(`${stack.grafanaUrl}${path}`, {}, { authorization });
    };

    it("becomes healthy beside the others", { skip }, async () => {
      const { stack } = given();
      await stack.compose("up", "--detach", "--wait", "--wait-timeout", "180", GRAFANA);
      const health = await getJson<{ database: string }>(`${stack.grafanaUrl}/api/health`);
      assert.equal(health.database, "ok");
    });

    it("takes no default password", { skip }, async () => {
      const { stack } = given();
      const authorization = `Basic ${Buffer.from("admin:admin").toString("base64")}`;
      const response = await fetch(`${stack.grafanaUrl}/api/datasources`, { headers: { authorization } });
      assert.equal(response.status, 401);
    });

    it("has the data sources, and reaches what stands behind them", { skip }, async () => {
      const datasources = await ask<{ uid: string }[]>("/api/datasources");
      assert.deepEqual(datasources.map(({ uid }) => uid).toSorted(), Object.keys(loadDatasources()).toSorted());
      for (const uid of ["prometheus", "loki", "jaeger"]) {
        const health = await ask<{ status: string }>(`/api/datasources/uid/${uid}/health`);
        assert.equal(health.status, "OK", uid);
      }
    });

    it("has the boards", { skip }, async () => {
      const boards = await ask<{ uid: string }[]>("/api/search?type=dash-db");
      const made = new Set(listPanelQueries({ service: "x", traced_service: "x" }).map(({ dashboard }) => dashboard));
      assert.deepEqual(boards.map(({ uid }) => uid).toSorted(), [...made].toSorted());
    });
  });
}
