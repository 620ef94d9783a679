/*
 * For files whose first requests register several people at once. What the service loads on demand
 * is loaded here: the test runner gives two requests one promise of a module, and the runtime takes
 * whoever did not begin it for hung. In a bundle each request has a promise of its own.
 */
await Promise.all([
  import("../../src/core/security/common-passwords.json", { with: { type: "json" } }),
  import("@zxcvbn-ts/core"),
]);

export {};
