import type { UserId } from "../ids.ts";

/**
 * The id of an event that an account has once, out of its own, which is never given twice: told
 * again, the event is stored once. The last letter of an id is one of four, so it stays.
 */
export function onlyEventId(type: "user.deleted" | "user.imported", id: UserId): string {
  const random = id.slice("usr_".length);
  const spelt =
    type === "user.deleted" ? random : random.slice(1, -1) + random.slice(0, 1) + random.slice(-1);
  return `evt_${spelt}`;
}
