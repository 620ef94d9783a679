import { type LocalMail, localMailFiles, readLocalMail } from "../../scripts/local-mail.ts";

/** Everything that was sent to an address by the services that run in a directory, in any order. */
export async function mailTo(directory: string, address: string): Promise<LocalMail[]> {
  const mails = await Promise.all(localMailFiles(directory).map(readLocalMail));
  return mails.filter((mail) => mail !== null).filter(({ to }) => to.includes(address));
}
