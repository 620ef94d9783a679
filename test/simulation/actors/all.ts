import type { Actor } from "./actor.ts";
import { administrator } from "./administrator.ts";
import { chores } from "./chores.ts";
import { client } from "./client.ts";
import { crons } from "./crons.ts";
import { deployer } from "./deployer.ts";
import { factorOwner } from "./factor-owner.ts";
import { guesser } from "./guesser.ts";
import { keyKeeper } from "./key-keeper.ts";
import { mailReader } from "./mail-reader.ts";
import { operator } from "./operator.ts";
import { passkeyOwner } from "./passkey-owner.ts";
import { programs } from "./programs.ts";
import { thief } from "./thief.ts";
import { verifiers } from "./verifiers.ts";
import { weather } from "./weather.ts";

/** Everybody who takes part. */
export const ACTORS: readonly Actor[] = [
  client,
  administrator,
  keyKeeper,
  operator,
  deployer,
  thief,
  verifiers,
  crons,
  chores,
  guesser,
  factorOwner,
  passkeyOwner,
  mailReader,
  programs,
  weather,
];
