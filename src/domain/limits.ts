// Limits of what callers can create. They are checked where something is created or granted, never
// where it is used.

/** Roles in all, the built-in ones among them. */
export const MAX_ROLES = 500;

export const MAX_PERMISSIONS_PER_ROLE = 100;

/** Of a user or a service account, the role `user` among them. */
export const MAX_ROLES_PER_PRINCIPAL = 50;

/** Permissions that the roles of a user or a service account grant; a wildcard counts as one. */
export const MAX_PERMISSIONS_PER_PRINCIPAL = 200;

/**
 * Characters of JSON that the roles and permissions of one take: an access token with them stays
 * under 8 kB, which is what servers accept of a header. Like the two above it limits grants alone:
 * taking is never refused, although what a wildcard covered counts once the wildcard goes.
 */
export const MAX_WRITTEN_RIGHTS = 5_000;

export const MAX_SERVICE_ACCOUNTS = 1_000;

/** Second factors of a user, of each kind. */
export const MAX_FACTORS = 10;

/** Of a service account, those among them that were superseded and go on for a while. */
export const MAX_CLIENT_SECRETS = 10;

// Characters.
export const MAX_ROLE_NAME_LENGTH = 64;
export const MAX_FACTOR_NAME_LENGTH = 64;
export const MAX_DISPLAY_NAME_LENGTH = 200;
export const MAX_DESCRIPTION_LENGTH = 500;
