import { describe, expect, it } from "vitest";
import { layerProblems } from "../../../scripts/layer-rules.ts";

const file = (path: string, ...imported: string[]) => ({
  path,
  text: imported.map((specifier) => `import { x } from "${specifier}";\n`).join(""),
});

/** What each layer may import beside itself, of the layers and of what stands beside them. */
const MAY_IMPORT = {
  domain: [],
  "use-cases": ["domain"],
  core: ["domain", "use-cases", "client"],
  persistence: ["domain", "use-cases", "core", "bindings.ts"],
  api: ["domain", "use-cases", "core", "client", "services.ts", "bindings.ts"],
  client: [],
} as const;

const ALL = [...Object.keys(MAY_IMPORT), "wiring", "services.ts", "bindings.ts", "index.ts"];

describe("the layer rule", () => {
  it.each(Object.entries(MAY_IMPORT))("lets %s import only %j and itself", (layer, allowed) => {
    const imported = (name: string) => (name.endsWith(".ts") ? name : `${name}/access/x.ts`);
    const isLet = (name: string) =>
      layerProblems([file(`${layer}/access/a.ts`, `../../${imported(name)}`)]).length === 0;
    expect(new Set(ALL.filter(isLet))).toEqual(new Set([layer, ...allowed]));
  });

  it.each([
    ["the domain to a use case", "domain/access/role.ts", "../../use-cases/access/ports.ts"],
    ["a use case to an adapter", "use-cases/access/ports.ts", "../../persistence/d1/database.ts"],
    ["core to the API", "core/logging.ts", "../api/http/app.ts"],
    ["the API to an adapter", "api/http/app.ts", "../../persistence/d1/database.ts"],
    ["an adapter to the wiring", "persistence/outage.ts", "../services.ts"],
    ["the client to a rule that is not its own", "client/hono.ts", "../domain/access/role.ts"],
    ["the domain to a package", "domain/access/role.ts", "zod"],
    ["a use case to a package", "use-cases/access/ports.ts", "zod"],
    ["what is called like the root, and is of a layer", "api/index.ts", "../persistence/outage.ts"],
    ["a folder that begins like a layer", "use-cases/access/ports.ts", "../../domains/role.ts"],
  ])("refuses the way outwards: %s", (_, path, specifier) => {
    expect(layerProblems([file(path, specifier)])).toHaveLength(1);
  });

  it.each([
    'export { x } from "../api/http/app.ts";',
    'export type * from "../api/http/app.ts";',
    'import "../api/http/app.ts";',
    'const { x } = await import("../api/http/app.ts");',
    'type X = import("../api/http/app.ts").X;',
  ])("sees every way to import: %s", (text) => {
    expect(layerProblems([{ path: "core/logging.ts", text }])).toHaveLength(1);
  });

  it.each([
    ["use-cases/access/ports.ts", "../../domain/access/role.ts"],
    ["api/http/app.ts", "hono"],
    ["wiring/access.ts", "../persistence/d1/database.ts"],
    ["index.ts", "./persistence/durable/user-object.ts"],
    ["client/hono.ts", "../domain/access/permission.ts"],
  ])("lets %s import %s", (path, specifier) => {
    expect(layerProblems([file(path, specifier)])).toEqual([]);
  });

  it.each(["use-cases/access/ports.ts", "use-cases/tokens/ports.ts"])(
    "refuses %s to what speaks a wire: routes and RPC call use cases, never a port",
    (port) => {
      const wires = [
        file("api/routes/accounts/users.ts", `../../../${port}`),
        file("api/oauth/token.ts", `../../${port}`),
        file("api/rpc/admin-rpc.ts", `../../${port}`),
      ];
      const never = expect.stringContaining("never a port");
      expect(layerProblems(wires)).toEqual([never, never, never]);
      expect(layerProblems([file("use-cases/accounts/list-users.ts", `../../${port}`)])).toEqual(
        [],
      );
    },
  );

  it.each([
    "domain/user.ts",
    "use-cases/helpers/find.ts",
    "api/routes/me.ts",
    "api/wire/auth/x.ts",
  ])("refuses %s, which stands in no subject's folder", (path) => {
    expect(layerProblems([file(path)])).toHaveLength(1);
  });

  it.each(["domain/ids.ts", "domain/access/role.ts", "use-cases/outside.ts", "core/logging.ts"])(
    "lets %s stand where it does",
    (path) => {
      expect(layerProblems([file(path)])).toEqual([]);
    },
  );

  it("refuses a circle between subjects, however long, and counts types", () => {
    const files = [
      file("use-cases/access/a.ts", "../tokens/b.ts"),
      { path: "use-cases/tokens/b.ts", text: 'import type {\n  C,\n} from "../keys/c.ts";' },
      file("use-cases/keys/c.ts", "../access/a.ts"),
    ];
    expect(layerProblems(files)).toHaveLength(3);
    expect(layerProblems(files.slice(0, 2))).toEqual([]);
  });

  it.each(["persistence/d1", "persistence/durable", "api/routes"])(
    "refuses a circle in %s, too",
    (folder) => {
      const files = [
        file(`${folder}/access/a.ts`, "../tokens/b.ts", "../keys/c.ts"),
        file(`${folder}/tokens/b.ts`, "../access/a.ts"),
      ];
      expect(layerProblems(files)).toHaveLength(2);
    },
  );
});
