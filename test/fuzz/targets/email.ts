import { parseEmail } from "../../../src/domain/accounts/email.ts";
import type { FuzzTarget } from "../engine/corpus.ts";
import { assert, assertEqual } from "../support/property.ts";

/** An address is spelt in one way, which is an address of that same spelling. */
export const target: FuzzTarget = {
  seeds: ["Ada.L+x@Example.com", "a@BÜCHER.example", "a@xn--bcher-kva.example", "ä@a.bc"],
  maxLength: 300,
  holds(input) {
    const email = parseEmail(input);
    if (!email.ok) return email.error;
    assertEqual(parseEmail(email.value), email);
    assert(/^[\x21-\x7e]{3,254}$/.test(email.value), "not plain ASCII");
    assert(email.value.toLowerCase() === email.value, "not in lower case");
    return "email";
  },
};
