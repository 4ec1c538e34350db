import { type Static, type TObject, type TProperties, type TSchema, Type } from 'typebox';
import { Compile } from 'typebox/compile';
import { AppError } from '../kernel/index.ts';

export interface Problem {
  /** Where, such as `lines[2].quantity`. */
  readonly field: string;
  /** What was found there, cut to a readable length. */
  readonly value: string;
  /** What is allowed there. */
  readonly allowed: string;
}

/**
 * Makes a check from a schema: it answers the value, typed, or throws `invalid-input` naming each
 * bad field, the value found and what is allowed.
 */
export function checkedBy<T extends TSchema>(schema: T): (value: unknown) => Static<T> {
  const compiled = Compile(schema);
  return (value) => {
    if (compiled.Check(value)) return value;
    const problems = problemsOf(compiled.Errors(value), value, schema);
    throw new AppError('invalid-input', problems.map(sentence).join('; '), {
      details: { problems },
    });
  };
}

/** The same object with no other fields: what a caller misspells must not be overlooked. */
export function strictly<T extends TObject>(schema: T): T {
  return { ...schema, additionalProperties: false };
}

/** Schemas by the names of the fields they are for. */
export type FieldSchemas = TProperties;

/** What has passed: the needed fields, and those of the free ones that were there. */
export type CheckedFields<Needed extends FieldSchemas, Free extends FieldSchemas> = Static<
  TObject<Needed>
> &
  Partial<Static<TObject<Free>>>;

/** The same for several fields by name: a command's arguments, a query's parameters. */
export function checkedFields<Needed extends FieldSchemas, Free extends FieldSchemas>(
  needed: Needed,
  free: Free,
): (value: unknown) => CheckedFields<Needed, Free> {
  const optional = Object.entries(free).map(([name, field]) => [name, Type.Optional(field)]);
  const check = checkedBy(Type.Object({ ...needed, ...Object.fromEntries(optional) }));
  return (value) => check(value) as CheckedFields<Needed, Free>;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: unknown;
  readonly message: string;
}

function problemsOf(errors: Iterable<SchemaError>, root: unknown, schema: TSchema): Problem[] {
  const byField = new Map<string, Problem>();
  for (const error of errors) {
    for (const [path, absent] of pathsOf(error)) {
      const field = fieldName(path);
      const found = absent ? undefined : valueAt(root, path);
      const allowed = isUnknownField(error)
        ? 'no field of this name'
        : (describedAt(schema, path) ?? error.message);
      if (!byField.has(field)) byField.set(field, { field, value: shown(found), allowed });
    }
    if (byField.size >= 5) break; // five mistakes are enough to start mending
  }
  return [...byField.values()];
}

/** A field that a strict object does not have is refused by the schema "false". */
function isUnknownField({ keyword }: SchemaError): boolean {
  return keyword === 'boolean' || keyword === 'additionalProperties';
}

/** What is missing or too much is reported by its parent; point at the field itself instead. */
function pathsOf(error: SchemaError): [path: string, absent: boolean][] {
  if (error.keyword === 'additionalProperties') {
    const { additionalProperties = [] } = error.params as { additionalProperties?: string[] };
    return additionalProperties.map((name) => [`${error.instancePath}/${name}`, false]);
  }
  if (error.keyword !== 'required') return [[error.instancePath, false]];
  const { requiredProperties = [] } = error.params as { requiredProperties?: string[] };
  return requiredProperties.map((name) => [`${error.instancePath}/${name}`, true]);
}

function fieldName(path: string): string {
  const parts = path.split('/').slice(1);
  const name = parts.reduce(
    (text, part) => (/^\d+$/.test(part) ? `${text}[${part}]` : text ? `${text}.${part}` : part),
    '',
  );
  return name || 'the value';
}

function valueAt(root: unknown, path: string): unknown {
  let value: unknown = root;
  for (const part of path.split('/').slice(1)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part))
      return undefined;
    value = (value as Record<string, unknown>)[part];
  }
  return value;
}

interface SchemaNode {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
}

function describedAt(schema: TSchema, path: string): string | undefined {
  let node: SchemaNode | undefined = schema;
  for (const part of path.split('/').slice(1)) {
    if (node?.items) node = node.items;
    else if (node?.properties && Object.hasOwn(node.properties, part)) node = node.properties[part];
    else return undefined;
  }
  return node?.description;
}

function shown(value: unknown): string {
  if (value === undefined) return 'nothing';
  const text = typeof value === 'bigint' ? `${value}n` : jsonOf(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** A value nested by the thousand is more than the stack holds: it is shown by its kind alone. */
function jsonOf(value: unknown): string {
  try {
    return JSON.stringify(value) ?? typeof value;
  } catch {
    return Array.isArray(value) ? '[..]' : '{..}'; // how it looks inside is no matter here
  }
}

function sentence({ field, value, allowed }: Problem): string {
  return `${field} is ${value}, allowed is ${allowed}`;
}
