/** Whoever does something, and what they may do now. */
export type Actor = {
  /** A person, a program, another Worker by its binding, whoever runs the service, or itself. */
  readonly kind: "user" | "service" | "worker" | "operator" | "system";
  /** `usr_…`, `svc_…`, or a name. */
  readonly id: string;
  /** Those that the permissions come from; none of whoever is neither person nor program. */
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
};
