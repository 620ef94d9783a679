import type { Installation } from "./installation.ts";

/** What an operator does next, as lines. */
export function nextSteps({ environment, issuer }: Installation, uploadOnly: boolean): string[] {
  return uploadOnly ? rollOut(environment) : [use(environment, issuer)];
}

/** @param file holds the root secret that was set */
export const keepSecret = (file: string): string =>
  `Keep the root secret: ${file} holds it, and Cloudflare shows it to nobody. Put it where you keep secrets, then delete the file. A rotation needs it.`;

const rollOut = (environment: string): string[] => [
  `Give the version a share of the requests, more by and by (docs/deploying.md):
    npx wrangler versions list --env ${environment}
    npx wrangler versions deploy <new>@10% <old>@90% --env ${environment}`,
];

const use = (environment: string, issuer: string): string =>
  `The service answers at ${issuer}. If it is new:
    npm run admin:create -- --email you@your.domain --env ${environment} --remote
  Then sign in and enrol a second factor at once (README, "Deploy"), and send yourself a mail
  (docs/mail.md). To go back to the version before:
    npx wrangler rollback --env ${environment}`;
