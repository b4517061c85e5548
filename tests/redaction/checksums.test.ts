import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createRedactor } from "../../src/redaction/index.ts";

const { text } = createRedactor();

/** Numbers that the authorities, standards or encyclopedias give as examples: they hold the checks to something not made by us. */
const EXAMPLES: readonly (readonly [kind: string, before: string, number: string])[] = [
  ["card_number", "", "4242 4242 4242 4242"],
  ["card_number", "", "378282246310005"],
  ["iban", "", "GB29 NWBK 6016 1331 9268 19"],
  ["iban", "", "NL91ABNA0417164300"],
  ["uk_nhs_number", "NHS number ", "943 476 5919"],
  ["de_tax_id", "Steuer-ID ", "86095742719"],
  ["fr_nir", "", "2 55 08 14 168 025 38"],
  ["nl_bsn", "BSN ", "111222333"],
  ["es_dni", "", "12345678Z"],
  ["es_dni", "", "X1234567L"],
  ["it_fiscal_code", "", "RSSMRA85T10A562S"],
  ["pl_pesel", "PESEL ", "44051401359"],
  ["br_cpf", "", "111.444.777-35"],
  ["br_cnpj", "", "11.222.333/0001-81"],
  ["cn_resident_id", "", "11010519491231002X"],
  ["fi_hetu", "", "131052-308T"],
  ["be_rrn", "", "85.07.30-033.28"],
  ["ch_ahv", "", "756.9217.0769.85"],
  ["at_svnr", "SVNR ", "1237 010180"],
  ["ie_pps", "", "1234567T"],
  ["ca_sin", "SIN ", "046 454 286"],
  ["au_tfn", "TFN ", "123 456 782"],
  ["mx_curp", "", "HEGG560427MVZRRL04"],
  ["tr_id", "T.C. Kimlik ", "10000000146"],
  ["tw_id", "", "A123456789"],
  ["sg_nric", "", "S1234567D"],
  ["sg_nric", "", "M1234567K"],
  ["hk_id", "", "A123456(3)"],
  ["cl_rut", "", "12.345.678-5"],
  ["de_pension_number", "", "65170839J003"],
  ["se_personnummer", "", "811218-9876"],
  ["imei", "IMEI ", "490154203237518"],
  ["bank_account", "routing number ", "021000021"],
  ["crypto_wallet", "", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"],
  ["crypto_wallet", "", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"],
  ["in_pan", "", "ABCPE1234F"],
];

describe("the check digits", () => {
  for (const [kind, before, number] of EXAMPLES) {
    it(`of a published ${kind}, ${number}, are right`, () => {
      assert.equal(text(`${before}${number} ok`), `${before}[REDACTED:${kind}] ok`);
    });
  }

  it("tell another number apart, where one digit is wrong", () => {
    for (const wrong of [
      "4242 4242 4242 4241",
      "NL92ABNA0417164300",
      "12345678A",
      "111.444.777-36",
      "11010519491231003X",
      "A123456(4)",
    ]) {
      assert.equal(text(`${wrong} ok`), `${wrong} ok`);
    }
  });
});
