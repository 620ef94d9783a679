const SECOND = 1_000;

/** Hands accounts that other hands changed to their objects; wrangler.toml has it, too. */
export const FEED_CRON = "* * * * *";

/** Brings the signing keys to where they should be; wrangler.toml has it, too. */
export const KEYS_CRON = "17 * * * *";

/**
 * Seconds that an access token can live by any configuration. Whatever it says today, it may have
 * said another thing when a token that still lives was signed.
 */
export const MAX_ACCESS_TOKEN_TTL = 24 * 60 * 60;

/** How long verifiers may keep the JWKS, in seconds. */
export const JWKS_MAX_AGE = 300;

/** Seconds that KV may take to show a write everywhere, generously. */
export const KV_PROPAGATION = 300;

/** Milliseconds for which an isolate shows the published keys as it read them: part of the above. */
export const JWKS_COPY_AGE = 10 * SECOND;

/** Milliseconds after which an isolate verifies with no older copy of the signing keys. */
export const KEYS_MAX_AGE = 60 * SECOND;

/**
 * Milliseconds after which it signs with no older copy. A key signs no sooner than so long after
 * it was published, so a copy this old still knows the right one, and a refresh need not wait.
 */
export const KEYS_SIGNING_MAX_AGE = (JWKS_MAX_AGE + KV_PROPAGATION) * SECOND;

/** Milliseconds after which the copy is renewed behind the requests' backs. */
export const KEYS_RENEWAL_AGE = KEYS_MAX_AGE / 2;

/** Milliseconds between two reloads of the keys that unknown kids may cause. */
export const KEYS_RELOAD_INTERVAL = 10 * SECOND;

/** Milliseconds for which an isolate takes its copy of the editable roles for granted. */
export const ROLES_MAX_AGE = 60 * SECOND;

/** Names of which an isolate keeps a copy of the role, or that there is none. */
export const MAX_REMEMBERED_ROLES = 1_000;

/** Roles, the built-in ones among them, that a user's object is told of before it asks for its own. */
export const MAX_ROLES_AT_HAND = 50;

/** Sessions a user may have at once; the least recently used makes room. */
export const MAX_SESSIONS = 100;

/** Bytes of a request's body. */
export const MAX_BODY_SIZE = 16 * 1024;

/** Fields at fault that a problem names: a request of nothing but faults is not answered by more. */
export const MAX_FIELD_ERRORS = 20;

/** Characters of such a field's path that are told. */
export const MAX_PATH_LENGTH = 100;

/** Sessions of which an isolate remembers what their accounts said last. */
export const MAX_REMEMBERED_VERDICTS = 10_000;

/** Seconds for which the secrets of a service account go on when a new one is made. */
export const CLIENT_SECRET_OVERLAP = 24 * 60 * 60;

/** Milliseconds by which deferred work waits for the reply to leave. */
export const DEFERRAL = SECOND;

/** Seconds after which a client may try again when a part of the service did not answer. */
export const RETRY_AFTER_OUTAGE = 2;

/** Seconds after which whoever sent too much may try again: the period of every limit. */
export const LIMIT_PERIOD = 60;

/** Milliseconds for which one probing of the dependencies serves all who ask an isolate. */
export const READINESS_MAX_AGE = 2 * SECOND;

/** The first-party sign-in that people use, as against a registered OAuth client (RFC 9068, 2.2). */
export const FIRST_PARTY_CLIENT = "first-party";

/** What the product is called, for the words a password may not contain. */
export const PRODUCT_NAMES: readonly string[] = ["auth-service", "authservice", "auth service"];
