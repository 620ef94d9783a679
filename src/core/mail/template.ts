/**
 * The words of a message, in English as they stand, or in whatever language you write. In them
 * `{app}` is the host of PUBLIC_APP_URL, `{link}` where the message leads, `{code}` what is to be
 * typed, and `{expires}` when either stops working. A paragraph of `{link}` or `{code}` alone is
 * set off from the others.
 */
export type Template = {
  readonly subject: string;
  readonly paragraphs: readonly string[];
};
