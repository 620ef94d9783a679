import { until } from "../support/dev-server.ts";
import { Violation } from "./ledger.ts";
import type { Person } from "./people.ts";
import type { World } from "./world.ts";

const SENT_WITHIN = 120_000;

const RESET = /^Choose a new password/;

type Received = { readonly subject: string; readonly key: string };

/** Mail comes at least once: of those that came twice, one counts. */
async function countOf({ mailServer }: World, to: string, subject: RegExp): Promise<number> {
  const response = await fetch(`${mailServer}?to=${encodeURIComponent(to)}`);
  const mails = (await response.json()) as Received[];
  const wanted = mails.filter((mail) => subject.test(mail.subject));
  return new Set(wanted.map(({ key }) => key)).size;
}

/** A link that is on its way to somebody who is disabled meanwhile is not sent. */
export async function forgetLinks(world: World, { email, mails }: Person): Promise<void> {
  const come = Math.min(mails.asked, await countOf(world, email, RESET));
  mails.unknown += mails.asked - come;
  mails.asked = come;
}

/** Whatever mail was asked for and acknowledged has come. @returns how many that were */
export async function judgeMails(world: World): Promise<number> {
  let sum = 0;
  const awaitMails = async (to: string, subject: RegExp, least: number, most: number) => {
    let count = 0;
    const hasCome = async () => {
      count = await countOf(world, to, subject);
      return count >= least;
    };
    await until(hasCome, SENT_WITHIN).catch(() => undefined);
    sum += count;
    if (count >= least && count <= most) return;
    throw new Violation(to, `${count} mails came of ${subject}, not ${least} to ${most}`);
  };
  for (const { email, mails, passwordsChanged } of world.people) {
    await awaitMails(email, RESET, mails.asked, mails.asked + mails.unknown);
    await awaitMails(email, /was changed$/, passwordsChanged, passwordsChanged);
  }
  for (const [email, id] of world.registered) {
    const made = world.ledger.acts.get(id)?.happened === true ? 1 : 0;
    await awaitMails(email, /^Confirm your e-mail/, made, made);
  }
  return sum;
}
