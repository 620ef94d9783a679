/**
 * Which file of src/ may import which, and where it stands (docs/architecture.md): the layers
 * inwards only, within a layer no circles between subjects, no ports in the API, and each file in
 * the folder of its subject. Types count as much as values: what is imported must be known.
 */
import { posix } from "node:path";

/** By layer, what its files may import beside their own layer: folders, or single files. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  "use-cases": ["domain"],
  // A token is judged by the client's own code, here as elsewhere (docs/decisions/0008).
  core: ["domain", "use-cases", "client"],
  persistence: ["domain", "use-cases", "core", "bindings.ts"],
  api: ["domain", "use-cases", "core", "client", "services.ts", "bindings.ts"],
  // Other Workers bundle the client: of the service it takes pure rules alone.
  client: [
    "domain/ids.ts",
    "domain/result.ts",
    "domain/time.ts",
    "domain/access/permission.ts",
    "domain/tokens/access-token.ts",
  ],
};

/** Files that stand beside the layers and may import anything. */
const ROOT = [/^index\.ts$/, /^bindings\.ts$/, /^services\.ts$/, /^wiring\//];

/** Layers that import no package: they run anywhere. */
const PURE = ["domain", "use-cases"];

/** What state is about: the same names in every layer. */
const SUBJECTS = [
  "access",
  "accounts",
  "clients",
  "credentials",
  "events",
  "keys",
  "sessions",
  "tokens",
];

/** Folders that are divided by subject, and the files in them that belong to none. */
const DIVIDED: Readonly<Record<string, readonly string[]>> = {
  domain: ["assurance.ts", "ids.ts", "limits.ts", "result.ts", "shown-text.ts", "time.ts"],
  "use-cases": [
    "check-health.ts",
    "each-of.ts",
    "in-batches.ts",
    "outside.ts",
    "renewal.ts",
    "tell-each.ts",
  ],
  "api/routes": ["health.ts", "openapi.ts", "problems.ts", "root.ts"],
  "api/wire": ["cursor.ts", "fields.ts", "queue.ts", "repeated-key.ts", "time.ts"],
};

/** A route that knew a port could write past the use cases. */
const PORTS = /^use-cases\/[^/]+\/ports\.ts$/;

/** @property path below src/ */
export type SourceFile = { readonly path: string; readonly text: string };

const IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["']([^"']+)["']/g;

/** @returns what must be imported differently */
export function layerProblems(files: readonly SourceFile[]): string[] {
  const imports = files.flatMap(({ path, text }) =>
    [...text.matchAll(IMPORT)].map(([, specifier = ""]) => ({ path, specifier })),
  );
  return [
    ...files.flatMap(outOfPlace),
    ...imports.flatMap(outwards),
    ...imports.flatMap(pastUseCases),
    ...circles(imports),
  ];
}

type Import = { readonly path: string; readonly specifier: string };

const layerOf = (path: string): string => path.split("/")[0] ?? path;

const targetOf = ({ path, specifier }: Import): string =>
  posix.join(posix.dirname(path), specifier);

function outwards(one: Import): string[] {
  const { path, specifier } = one;
  if (ROOT.some((root) => root.test(path))) return [];
  const layer = layerOf(path);
  if (!specifier.startsWith(".")) {
    return PURE.includes(layer) ? [`${path}: ${layer} imports no package (${specifier})`] : [];
  }
  const target = targetOf(one);
  const allowed = [layer, ...(MAY_IMPORT[layer] ?? [])];
  const isAllowed = allowed.some((name) => target === name || target.startsWith(`${name}/`));
  return isAllowed ? [] : [`${path}: ${layer} may not import ${target}`];
}

function outOfPlace({ path }: SourceFile): string[] {
  const folder = Object.keys(DIVIDED).find((name) => path.startsWith(`${name}/`));
  if (folder === undefined) return [];
  const rest = path.slice(folder.length + 1);
  const [first = "", ...deeper] = rest.split("/");
  const isPlaced = deeper.length > 0 ? SUBJECTS.includes(first) : DIVIDED[folder]?.includes(rest);
  return isPlaced ? [] : [`${path}: stands in no subject's folder`];
}

function pastUseCases(one: Import): string[] {
  const isPast = layerOf(one.path) === "api" && PORTS.test(targetOf(one));
  return isPast ? [`${one.path}: a wire calls use cases, never a port (${targetOf(one)})`] : [];
}

/** `persistence/d1/accounts`, or null for what is about none. */
function subjectOf(path: string): string | null {
  const folders = posix.dirname(path).split("/");
  const at = folders.findIndex((folder) => SUBJECTS.includes(folder));
  return at === -1 ? null : folders.slice(0, at + 1).join("/");
}

function circles(imports: readonly Import[]): string[] {
  const graph = new Map<string, Map<string, string>>();
  for (const one of imports.filter(({ specifier }) => specifier.startsWith("."))) {
    const [from, to] = [subjectOf(one.path), subjectOf(targetOf(one))];
    if (from === null || to === null || from === to) continue;
    graph.set(from, (graph.get(from) ?? new Map()).set(to, one.path));
  }
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter(([to]) => reaches(graph, to, from))
      .map(([to, path]) => `${path}: ${from} imports ${to}, which imports it in turn`),
  );
}

function reaches(
  graph: ReadonlyMap<string, ReadonlyMap<string, string>>,
  from: string,
  wanted: string,
  seen = new Set<string>(),
): boolean {
  if (from === wanted) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(graph.get(from)?.keys() ?? [])].some((next) => reaches(graph, next, wanted, seen));
}
