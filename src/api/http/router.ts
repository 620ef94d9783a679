import type { Result, Router } from "hono/router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Hono's router for any paths, and what it found for those without a parameter: they are most of
 * the requests, and the same each time. (Hono's fastest cannot hold `/v1/users/me` beside
 * `/v1/users/:id`.)
 */
export class RememberingRouter<T> implements Router<T> {
  readonly name = "RememberingRouter";
  readonly #routes = new TrieRouter<T>();
  readonly #fixedPaths = new Map<string, string>();
  /** By method and path, both as the routes have them: a caller's own text is never kept. */
  readonly #found = new Map<string, Map<string, Result<T>>>();

  add(method: string, path: string, handler: T): void {
    this.#routes.add(method, path, handler);
    if (!/[:*]/.test(path)) this.#fixedPaths.set(path, path);
    this.#found.set(method, new Map());
    for (const found of this.#found.values()) found.clear();
  }

  match(method: string, path: string): Result<T> {
    const found = this.#found.get(method);
    const known = found?.get(path);
    if (known !== undefined) return known;
    const result = this.#routes.match(method, path);
    const fixedPath = this.#fixedPaths.get(path);
    if (fixedPath !== undefined) found?.set(fixedPath, result);
    return result;
  }
}
