import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type TProperties, type TSchema, Type } from 'typebox';
import type { Saved } from '../../catalogue/index.ts';
import { AppError } from '../../kernel/index.ts';
import { keepingFault, strictly, versionField } from '../../shapes/index.ts';
import { refusals } from './answer-shapes.ts';
import { removedShape } from './catalogue-shapes.ts';
import { READERS } from './guard.ts';

/** One noun of the catalogue, whose rows are read by everybody and written by operators. */
export interface RowKind<Draft, Row> {
  /** As in `readBrand` and `a brand`. */
  readonly noun: string;
  readonly path: string;
  readonly idName: string;
  readonly idField: TSchema;
  readonly fields: TProperties;
  /** What a new row has besides; nothing when its id is given to it. */
  readonly newFields?: TProperties;
  readonly example: object;
  readonly newExample: object;
  readonly shape: TSchema;
  readonly readShape: TSchema;
  readonly draftOf: (body: Body) => Draft;
  readonly shown: (row: Row) => object;
  readonly read: (id: number, request: FastifyRequest) => Promise<object>;
  readonly add: (draft: Draft, body: Body) => Promise<Saved<Row>>;
  readonly change: (id: number, draft: Draft, expected?: number) => Promise<Saved<Row>>;
  readonly remove: (id: number, expected?: number) => Promise<void>;
}

export type Body = Readonly<Record<string, unknown>>;
type Params = Readonly<Record<string, number>>;

export const CATALOGUE_TAGS = ['catalogue'];
const expected = { expectedVersion: Type.Optional(versionField) };
const LEVELS = 3;

/** Reading, adding, changing and removing one row; lists are as different as the nouns are. */
export function rowRoutes<Draft, Row>(app: FastifyInstance, kind: RowKind<Draft, Row>): void {
  const { noun, path, idName, idField, readShape, read } = kind;
  app.get<{ Params: Params }>(
    `${path}/:${idName}`,
    {
      config: { open: READERS },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: `read${noun}`,
        summary: `One of the ${path.slice(4)}`,
        params: strictly(Type.Object({ [idName]: idField })),
        response: { 200: readShape, ...refusals(404, 414) },
      },
    },
    async (request) => await read(idIn(request.params, idName), request),
  );
  addRoute(app, kind);
  changeRoute(app, kind);
  removeRoute(app, kind);
}

function addRoute<Draft, Row>(app: FastifyInstance, kind: RowKind<Draft, Row>): void {
  const { noun, path, fields, newFields = {}, newExample, shape, draftOf, shown, add } = kind;
  app.post<{ Body: Body }>(
    path,
    {
      config: { open: ['operator'] },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: `add${noun}`,
        summary: `Add one to the ${path.slice(4)}`,
        body: bodyOf({ ...newFields, ...fields }, newExample),
        response: { 200: shape, 201: shape, ...refusals(409, 413, 415) },
      },
    },
    async ({ body }, reply) => {
      assertKeepable(body);
      const { change, row } = await add(draftOf(body), body);
      return await reply.code(change === 'created' ? 201 : 200).send(shown(row));
    },
  );
}

function changeRoute<Draft, Row>(app: FastifyInstance, kind: RowKind<Draft, Row>): void {
  const { noun, path, idName, idField, fields, example, shape, draftOf, shown, change } = kind;
  app.put<{ Params: Params; Body: Body }>(
    `${path}/:${idName}`,
    {
      config: { open: ['operator'] },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: `change${noun}`,
        summary: `Have one of the ${path.slice(4)} in these words, whole`,
        params: strictly(Type.Object({ [idName]: idField })),
        body: bodyOf({ ...fields, ...expected }, example),
        response: { 200: shape, ...refusals(404, 409, 413, 414, 415) },
      },
    },
    async ({ params, body }) => {
      assertKeepable(body);
      const { expectedVersion } = body as { expectedVersion?: number };
      return shown((await change(idIn(params, idName), draftOf(body), expectedVersion)).row);
    },
  );
}

function removeRoute<Draft, Row>(app: FastifyInstance, kind: RowKind<Draft, Row>): void {
  const { noun, path, idName, idField, remove } = kind;
  app.delete<{ Params: Params; Querystring: { expectedVersion?: number } }>(
    `${path}/:${idName}`,
    {
      config: { open: ['operator'] },
      schema: {
        tags: CATALOGUE_TAGS,
        operationId: `remove${noun}`,
        summary: `Take one out of the ${path.slice(4)}; refused while it is used`,
        params: strictly(Type.Object({ [idName]: idField })),
        querystring: strictly(Type.Object(expected)),
        response: { 200: removedShape, ...refusals(404, 409, 414) },
      },
    },
    async ({ params, query }) => {
      await remove(idIn(params, idName), query.expectedVersion);
      return { removed: true };
    },
  );
}

function bodyOf(fields: TProperties, example: object): TSchema {
  const description = `{ ${Object.keys(fields).slice(0, 3).join(', ')}, .. }`;
  return strictly(Type.Object(fields, { description, examples: [example] }));
}

/** Half a character would come back as another one. */
function assertKeepable(body: Body): void {
  const fault = keepingFault(body, LEVELS);
  if (fault) throw new AppError('invalid-input', `the body has ${fault}`, { details: { fault } });
}

function idIn(params: Params, name: string): number {
  return Number(params[name]);
}
