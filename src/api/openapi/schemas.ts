import * as z from "zod";

type Json = Readonly<Record<string, unknown>>;

/** JSON schemas made of those that validate; one that has an id is written once, and referred to. */
export class Schemas {
  readonly #named: Record<string, Json> = {};

  get named(): Json {
    return this.#named;
  }

  /** What is sent to the service, before it is parsed. */
  input(schema: z.ZodType): Json {
    return this.#written(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));
  }

  /** What the service answers, which may gain members. */
  output(schema: z.ZodType): Json {
    const open = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    };
    return this.#written(z.toJSONSchema(schema, { override: open }));
  }

  /** Zod refers to what has an id as to a definition beside it; here all stand together. */
  #written(json: z.core.JSONSchema.BaseSchema): Json {
    const { $schema, $defs, ...schema } = JSON.parse(
      JSON.stringify(json).replaceAll("#/$defs/", "#/components/schemas/"),
    );
    for (const [id, named] of Object.entries<Json>($defs ?? {})) {
      const known = JSON.stringify(this.#named[id] ?? named);
      if (known !== JSON.stringify(named)) throw new Error(`two schemas are called ${id}`);
      this.#named[id] = named;
    }
    return schema;
  }
}
