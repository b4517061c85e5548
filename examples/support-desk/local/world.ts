import { type ModelDouble, startModel } from "./model.ts";
import { type Postgres, startPostgres } from "./postgres.ts";
import { type StatusPageDouble, startStatusPage } from "./status-page.ts";
import { startVectorStore, type VectorStore } from "./vector-store.ts";

/** All that the desk needs around it, on this machine: no key, no network. */
export type World = {
  readonly postgres: Postgres;
  readonly model: ModelDouble;
  readonly vectorStore: VectorStore;
  readonly statusPage: StatusPageDouble;
  /** What the service is to have in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly close: () => Promise<void>;
};

export const STAFF_TOKEN = "local-staff";

export async function startWorld(options: { readonly logStatements?: boolean } = {}): Promise<World> {
  // First what may not be there.
  const postgres = await startPostgres(options);
  const [model, vectorStore, statusPage] = await Promise.all([startModel(), startVectorStore(), startStatusPage()]);
  return {
    postgres,
    model,
    vectorStore,
    statusPage,
    env: {
      DATABASE_URL: postgres.url,
      VECTOR_STORE_URL: vectorStore.url,
      STATUS_PAGE_URL: statusPage.url,
      OPENAI_BASE_URL: model.url,
      OPENAI_API_KEY: "sk-local",
      STAFF_TOKEN,
    },
    close: async () => {
      await Promise.all([model.close(), vectorStore.close(), statusPage.close()]);
      await postgres.stop();
    },
  };
}
