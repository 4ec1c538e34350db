import fc, { type Arbitrary } from 'fast-check';

/** As much of JSON Schema as our documents use. */
export interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly minItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly maxLength?: number;
}

const NUMBERS = [0, -0, -1, 0.5, 1e21, 2 ** 53, 2 ** 53 - 1, 1_000_001, 5e-324];
const TEXTS = ['', ' ', '__proto__', 'constructor', '\0', '\ud800', '💥', '../..', "' OR 1=1 --"];

/** Anything at all that JSON can say. */
export const anyJson: Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NUMBERS, ...TEXTS, null, true, [], {}, 'x'.repeat(300)),
  fc.jsonValue({ maxDepth: 4 }),
);

/** Values that the schema describes, a few more of them at its edges. */
export function validFor(schema: Schema): Arbitrary<unknown> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map(validFor));
  switch (schema.type) {
    case 'integer': {
      const { minimum = 0, maximum = 1000 } = schema;
      const small = Math.min(maximum, Math.max(minimum, 0) + 20);
      const edges = fc.constantFrom(minimum, maximum);
      return fc.oneof({ weight: 5, arbitrary: fc.integer({ min: minimum, max: small }) }, edges);
    }
    case 'string':
      if (schema.pattern) return fc.stringMatching(new RegExp(schema.pattern));
      return fc.string({ minLength: 1, maxLength: Math.min(schema.maxLength ?? 40, 40) });
    case 'array': {
      const { items = {}, minItems = 0 } = schema;
      return fc.array(validFor(items), { minLength: minItems, maxLength: minItems + 3 });
    }
    case 'object':
      return objectOf(schema, validFor);
    case 'null':
      return fc.constant(null);
    default:
      return anyJson;
  }
}

/** Mostly what the schema describes, with something wrong in it somewhere. */
export function nearlyFor(schema: Schema): Arbitrary<unknown> {
  if (schema.type === 'object' && schema.properties) {
    const object = objectOf(schema, (field) =>
      fc.oneof({ weight: 6, arbitrary: validFor(field) }, anyJson),
    );
    const more = fc.dictionary(fc.constantFrom('colour', '__proto__', 'OrderId', ''), anyJson);
    return fc.oneof(
      { weight: 4, arbitrary: object },
      fc.tuple(object, more).map(([one, other]) => ({ ...(one as object), ...other })),
      anyJson,
    );
  }
  return fc.oneof({ weight: 4, arbitrary: validFor(schema) }, anyJson);
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  valueOf: (field: Schema) => Arbitrary<unknown>,
): Arbitrary<unknown> {
  const fields = Object.entries(properties).map(([name, field]) => [name, valueOf(field)]);
  return fc.record(Object.fromEntries(fields) as Record<string, Arbitrary<unknown>>, {
    requiredKeys: [...required],
  });
}
