import { existsSync } from "node:fs";
import process from "node:process";
import { type Browser, type CDPSession, chromium, type Page } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** @throws where there is no browser: a test that did not run has shown nothing */
export async function startChromium(): Promise<Browser> {
  const executablePath = process.env["CHROMIUM"] ?? PLACES.find((place) => existsSync(place));
  if (executablePath === undefined) {
    throw new Error("no Chromium: install one (apt-get install chromium), or name it in CHROMIUM");
  }
  // As root, as in a container, its own sandbox cannot start.
  const args = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  return chromium.launch({ executablePath, args });
}

/** An authenticator that the browser believes to be there (the protocol's domain `WebAuthn`). */
export type VirtualAuthenticator = {
  readonly credentials: () => Promise<readonly { readonly signCount: number }[]>;
  /** Whether it knows its owner from now on. */
  verifies(isUserVerified: boolean): Promise<void>;
  remove(): Promise<void>;
};

export async function virtualAuthenticator(
  page: Page,
  given: { readonly transport: "usb" | "internal"; readonly isSynced?: boolean },
): Promise<VirtualAuthenticator> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: given.transport,
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      defaultBackupEligibility: given.isSynced ?? false,
      defaultBackupState: given.isSynced ?? false,
    },
  });
  return controlled(session, authenticatorId);
}

const controlled = (session: CDPSession, authenticatorId: string): VirtualAuthenticator => ({
  credentials: async () =>
    (await session.send("WebAuthn.getCredentials", { authenticatorId })).credentials,
  verifies: async (isUserVerified) => {
    await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified });
  },
  remove: async () => {
    await session.send("WebAuthn.removeVirtualAuthenticator", { authenticatorId });
  },
});
