import pg from "pg";

export type Database = pg.Pool;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS orders (
  id integer PRIMARY KEY, user_id text NOT NULL, item text NOT NULL, total_usd numeric(10,2) NOT NULL,
  refunded_usd numeric(10,2) NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS answers (
  id uuid PRIMARY KEY, session_id text NOT NULL, user_id text NOT NULL, question text NOT NULL, answer text NOT NULL,
  route text NOT NULL, trace_id text NOT NULL, span_id text NOT NULL, answered_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS answers_of_session ON answers (session_id, answered_at);
CREATE TABLE IF NOT EXISTS tickets (
  id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, session_id text NOT NULL, subject text NOT NULL,
  resolution text NOT NULL DEFAULT '', opened_at timestamptz NOT NULL DEFAULT now());
CREATE INDEX IF NOT EXISTS tickets_text ON tickets USING gin (to_tsvector('english', subject || ' ' || resolution));
CREATE TABLE IF NOT EXISTS reviews (
  id uuid PRIMARY KEY, order_id integer NOT NULL REFERENCES orders, amount_usd numeric(10,2) NOT NULL, reason text NOT NULL,
  decision text, reviewer text, requested_at timestamptz NOT NULL DEFAULT now());
`;

const SEED = `
INSERT INTO orders (id, user_id, item, total_usd) VALUES
  (1042, 'ada', 'Team plan, November', 49), (1043, 'ada', 'Annual plan', 480), (1044, 'ben', 'Annual plan', 480),
  (1045, 'cleo', 'Extra seats', 120)
  ON CONFLICT (id) DO NOTHING;
INSERT INTO tickets (session_id, subject, resolution)
  SELECT 'history', 'API answers 502 after an upgrade', 'The client kept old connections. Restarting it helped.'
  WHERE NOT EXISTS (SELECT 1 FROM tickets WHERE session_id = 'history');
`;

/** Opens the pool and brings the tables into being. The preload sees the queries and the pool by itself. */
export async function openDatabase(connectionString: string): Promise<Database> {
  const pool = new pg.Pool({ connectionString, max: 5 });
  // Connections that wait may break; the next query opens another. Without a listener the process would end.
  pool.on("error", () => undefined);
  await pool.query(SCHEMA);
  await pool.query(SEED);
  return pool;
}
