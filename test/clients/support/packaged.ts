import { join } from "node:path";
import { copyProject } from "../../support/dev-server.ts";
import { type Consumer, installClient, packClient } from "../../support/packed-client.ts";

export const PACKAGES = join(import.meta.dirname, "../node_modules");
export const ROOT_PACKAGES = join(import.meta.dirname, "../../../node_modules");

/** Where a consumer's commands find the tools that are installed here. */
export const PATH = [join(PACKAGES, ".bin"), process.env["PATH"]].join(":");

/** The packed client library, and projects that have it from the tarball. */
export type Packaged = {
  readonly tarball: string;
  /** @param beside other packages of the project than jose, each with where it is installed */
  consumer(beside?: Readonly<Record<string, string>>): Consumer;
  remove(): void;
};

export function packaged(): Packaged {
  const project = copyProject();
  const { tarball } = packClient(project.directory);
  const consumers: Consumer[] = [];
  return {
    tarball,
    consumer(beside = {}) {
      const made = installClient(tarball, { jose: join(PACKAGES, "jose"), ...beside });
      consumers.push(made);
      return made;
    },
    remove() {
      for (const one of consumers) one.remove();
      project.remove();
    },
  };
}
