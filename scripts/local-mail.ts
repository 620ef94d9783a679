import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import PostalMime from "postal-mime";

/** Where `wrangler dev` puts what is sent: a folder for each run, which goes when the run ends. */
const MAILBOX = ".wrangler/tmp/email";

/** Milliseconds between two looks. */
const INTERVAL = 500;

/** @property link what the message asks to open, on a line of its own; `code` what to type */
export type LocalMail = {
  readonly path: string;
  readonly to: readonly string[];
  readonly subject: string;
  readonly text: string;
  readonly link: string | null;
  readonly code: string | null;
};

/** @returns the paths of all messages, none where nothing was ever sent */
export function localMailFiles(directory: string): string[] {
  const mailbox = join(directory, MAILBOX);
  try {
    const names = readdirSync(mailbox, { recursive: true, encoding: "utf8" });
    return names.filter((name) => name.endsWith(".eml")).map((name) => join(mailbox, name));
  } catch {
    return []; // no such folder, or one that goes just now
  }
}

/** @returns null while the file is being written, when it is gone, and for what is no message */
export async function readLocalMail(path: string): Promise<LocalMail | null> {
  const raw = read(path);
  if (!raw.trimEnd().endsWith("--")) return null; // where the last part ends
  const parsed = await PostalMime.parse(raw).catch(() => null);
  if (parsed === null) return null;
  const { to = [], subject = "", text = "" } = parsed;
  const lines = text.split(/\r?\n/);
  return {
    path,
    to: to.flatMap(({ address }) => address ?? []),
    subject,
    text,
    link: lines.find((line) => /^https?:\/\/\S+$/.test(line)) ?? null,
    code: lines.find((line) => /^\d+$/.test(line)) ?? null,
  };
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Prints each message that comes from now on: its subject, its file, and what is asked for. */
export function announceMail(directory: string): void {
  const known = new Set(localMailFiles(directory));
  const look = async () => {
    for (const path of localMailFiles(directory).filter((one) => !known.has(one))) {
      const mail = await readLocalMail(path);
      if (mail === null) continue;
      known.add(path);
      console.log(announcement(mail, relative(directory, path)));
    }
    wait();
  };
  const wait = () => setTimeout(look, INTERVAL).unref();
  wait();
}

const announcement = ({ to, subject, link, code }: LocalMail, path: string): string =>
  [`Mail to ${to.join(", ")}: ${subject}`, path, link ?? code ?? ""]
    .filter((line) => line !== "")
    .join("\n");
