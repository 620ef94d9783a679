const SECOND = 1_000;

/** Tells the objects of accounts and service accounts that changed; wrangler.toml has it, too. */
export const FEED_CRON = "* * * * *";

/**
 * The jobs of that cron, each with the calls to stores and objects that it makes at most, unless an
 * object is asked twice. One invocation does them all, and may make 1,000 (Workers, "Subrequests").
 */
export const FEED_JOBS = {
  workOffChangeFeed: 525,
  workOffProgramFeed: 102,
  sendRecordEvents: 130,
  finishErasures: 41,
  purgeEvents: 23,
  purgeMails: 20,
  forgetDeadRequests: 1,
  removeUnverified: 102,
} as const;

/** Brings the signing keys to where they should be; wrangler.toml has it, too. */
export const KEYS_CRON = "17 * * * *";

/** Seconds between two of its runs, in which the next signing key may be made. */
export const KEYS_CRON_INTERVAL = 60 * 60;

/** How long verifiers may keep the JWKS, in seconds. */
export const JWKS_MAX_AGE = 300;

/** Seconds that KV may take to show a write everywhere, generously. */
export const KV_PROPAGATION = 300;

/** How old an isolate's copy of the signing keys may be for verifying, in milliseconds. */
export const KEYS_MAX_AGE = 60 * SECOND;

/**
 * How old that copy may be for signing, in milliseconds. A key signs no sooner than so long after
 * it was published, so a copy this old still knows the right one, and a refresh need not wait.
 */
export const KEYS_SIGNING_MAX_AGE = (JWKS_MAX_AGE + KV_PROPAGATION) * SECOND;

/** How old an isolate's copy of an editable role may be, in milliseconds. */
export const ROLES_MAX_AGE = 60 * SECOND;

/** Sessions a user may have at once; the least recently used makes room. */
export const MAX_SESSIONS = 100;

/** Seconds for which a service account's older secrets stay valid beside a new one. */
export const CLIENT_SECRET_OVERLAP = 24 * 60 * 60;

/** Milliseconds by which deferred work waits for the reply to leave. */
export const DEFERRAL = SECOND;

/** Seconds after which a client may try again when a part of the service did not answer. */
export const RETRY_AFTER_OUTAGE = 2;

/** The period of every rate limit, in seconds, after which whoever exceeded it may try again. */
export const LIMIT_PERIOD = 60;

/** How old the answer of a readiness probe may be, in milliseconds. */
export const READINESS_MAX_AGE = 2 * SECOND;

/** The first-party sign-in that people use, as against a registered OAuth client (RFC 9068, 2.2). */
export const FIRST_PARTY_CLIENT = "first-party";
