/** Whoever does something, and what they may do now. */
export type Actor = {
  /** A person, a program, another Worker by its binding, whoever runs the service, or itself. */
  readonly kind: "user" | "service" | "worker" | "operator" | "system";
  /** `usr_…`, `svc_…`, or a name. */
  readonly id: string;
  readonly permissions: readonly string[];
};
