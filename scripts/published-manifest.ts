import { err, ok, type Result } from "../src/domain/result.ts";

/** What CI knows of the release. */
export type Release = {
  /** The package's name on npm, such as `@example/auth-service`. */
  readonly name: string | undefined;
  /** Of the repository: provenance holds the manifest to it. */
  readonly address: string | undefined;
  /** The tag that is published, such as `client-v0.1.0`. */
  readonly tag: string | undefined;
};

const SCOPED = /^@[a-z0-9][\w.-]*\/[a-z0-9][\w.-]*$/;

/**
 * The manifest as it is published. The one in the repository has the name that its imports use,
 * which on npm is somebody else's, and no address.
 *
 * @returns or what to do first, for whoever made the tag
 */
export function publishedManifest<Manifest extends { readonly version: string }>(
  manifest: Manifest,
  { name, address, tag }: Release,
): Result<Manifest & { name: string; repository: object }, string> {
  const expected = `client-v${manifest.version}`;
  if (tag !== expected) {
    return err(`the version is ${manifest.version}, so the tag is ${expected}, not ${tag}`);
  }
  if (name === undefined || !SCOPED.test(name)) {
    return err('set the variable NPM_NAME to a name in your scope: "@example/auth-service"');
  }
  if (address === undefined || !URL.canParse(address)) {
    return err("the repository's address is unknown: run this in GitHub Actions");
  }
  const repository = { type: "git", url: `git+${address}.git`, directory: "packages/client" };
  return ok({ ...manifest, name, repository });
}
