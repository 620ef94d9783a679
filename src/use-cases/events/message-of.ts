import type { KeptEvent } from "../../domain/events/event.ts";
import type { EventMessage, Keeper } from "./ports.ts";

/** An event as it is sent, with its mail beside it: that is nothing to be stored. */
export const messageOf = ({ mail, ...event }: KeptEvent, keeper: Keeper): EventMessage => ({
  event,
  keeper,
  ...(mail === undefined ? {} : { mail }),
});
