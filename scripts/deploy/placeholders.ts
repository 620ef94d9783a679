/** Domains that are nobody's (RFC 2606, section 3). */
const NOBODYS = /(?:^|[^a-z0-9-])example\.(?:com|net|org)(?:$|[^a-z0-9.-])/i;

/**
 * Values that still hold an address of the example. They are well formed, so nothing else would
 * tell: mail would come from nobody, and links lead nowhere.
 *
 * @returns a line for each
 */
export const placeholdersIn = (values: Readonly<Record<string, string>>): string[] =>
  Object.entries(values)
    .filter(([, value]) => NOBODYS.test(value))
    .map(([name, value]) => `${name} = ${JSON.stringify(value)}`);
