import assert from "node:assert/strict";
import { it } from "node:test";
import { databaseErrorType } from "../../src/errors/index.ts";

it("the type of a failed database operation is its code, else that of the network, else the error's name", () => {
  const cases = [
    [
      "postgresql",
      ["PostgreSQL error of type 'error' occurred (code: 42P01)", "relation is not there"],
      undefined,
      "42P01",
    ],
    ["postgresql", ["PostgreSQL error of type 'Error' occurred (code: ECONNREFUSED)"], undefined, "ECONNREFUSED"],
    ["postgresql", ["PostgreSQL error of type 'Error' occurred (code: UNKNOWN)", "gone"], undefined, undefined],
    ["redis", ["WRONGTYPE Operation against a key"], "ErrorReply", "WRONGTYPE"],
    ["Redis", [undefined, "connect ECONNRESET 127.0.0.1:1"], "ECONNRESET", "ECONNRESET"],
    ["redis", ["Socket closed unexpectedly"], "SocketClosedUnexpectedlyError", "SocketClosedUnexpectedlyError"],
    ["mysql", ["connect ECONNREFUSED 127.0.0.1:3306"], undefined, "ECONNREFUSED"],
    ["mysql", ["Table 'EXAMPLE' does not exist"], undefined, undefined],
    ["mongodb", ["E11000 duplicate key error collection: a.b"], "MongoServerError", "E11000"],
    ["mongodb", [undefined], "Error", undefined],
  ] as const;
  for (const [system, said, name, expected] of cases) {
    assert.equal(databaseErrorType({ system, said, name }), expected, said.join());
  }
});
