import { expect } from 'chai';
import fc, { type Arbitrary } from 'fast-check';
import type { TSchema } from 'typebox';
import { checkedBy } from '../../src/shapes/index.ts';
import { expectBalanced } from '../support/books.ts';
import { type HttpRoom, httpRoom, TOKENS } from '../support/http-room.ts';
import { memoryLogger } from '../support/memory-logger.ts';
import { anyJson, nearlyFor, type Schema, validFor } from '../support/schema-arbitrary.ts';
import { signedHeaders } from '../support/signed.ts';

const SEED = 20_261_121;
const RUNS = 1500;

interface Operation {
  readonly method: string;
  readonly path: string;
  readonly description: string;
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly schema: Schema;
  }[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<string, { readonly content: Readonly<Record<string, { readonly schema: TSchema }>> }>
  >;
}

interface Sent {
  readonly operation: Operation;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Few ids, so that requests meet each other's orders. */
const knownId = fc.integer({ min: 1, max: 300 }).map((number) => `o-${number}`);
const text = fc.oneof(fc.string({ maxLength: 140 }), anyJson.map(String));
const isOneStep = (path: string): boolean => !/^(?:\.|%2e){1,2}$/i.test(path);

/** Half a character cannot stand in an address. */
const encoded = (value: string): string =>
  encodeURIComponent(Buffer.from(value, 'utf8').toString('utf8'));

function addressPart(name: string, schema: Schema): Arbitrary<string> {
  const valid = name === 'orderId' ? knownId : validFor(schema).map(String);
  return fc
    .oneof({ weight: 5, arbitrary: valid }, text)
    .map((value) => encoded(value))
    .filter(isOneStep);
}

function queryOf(operation: Operation): Arbitrary<string> {
  const known = (operation.parameters ?? []).filter((one) => one.in === 'query');
  const pairs = known.map(({ name, schema }) =>
    fc
      .oneof({ weight: 4, arbitrary: validFor(schema).map(String) }, text)
      .map((value) => `${name}=${encoded(value)}`),
  );
  const stray = fc.constantFrom('colour=red', 'token=x', '__proto__=x', '%zz', '&&', 'wait=1s');
  return fc.oneof(
    { weight: 3, arbitrary: fc.constant('') },
    {
      weight: 5,
      arbitrary: fc
        .subarray(pairs)
        .chain((some) => fc.tuple(...some))
        .map((all) => all.join('&')),
    },
    stray,
  );
}

const headerValue = fc.stringMatching(/^[ -~]{0,60}$/);
const strayHeaders = fc.dictionary(
  fc.constantFrom(
    'accept',
    'accept-encoding',
    'cookie',
    'content-encoding',
    'idempotency-key',
    'if-none-match',
    'origin',
    'range',
    'sec-fetch-site',
    'x-forwarded-for',
    'x-http-method-override',
  ),
  headerValue,
  { maxKeys: 3 },
);
const contentType = fc.oneof(
  { weight: 20, arbitrary: fc.constant('application/json') },
  fc.constantFrom('text/plain', 'application/json; charset=utf-16', 'multipart/form-data'),
  headerValue,
);

function callerOf({ description }: Operation): Arbitrary<Record<string, string>> {
  const roles = /Role: (.*)\.$/.exec(description)?.[1]?.split(', ') ?? [];
  const right = (Object.keys(TOKENS) as (keyof typeof TOKENS)[]).filter((role) =>
    roles.includes(role),
  );
  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const tokens = right.length > 0 ? right.map((role) => TOKENS[role]) : [TOKENS.viewer];
  return fc.oneof(
    { weight: 10, arbitrary: fc.constantFrom(...tokens).map(bearer) },
    fc.constantFrom(...Object.values(TOKENS)).map(bearer),
    fc.constantFrom({}, bearer('unknown'), { authorization: 'Basic x' }),
  );
}

function bodyOf({ requestBody }: Operation): Arbitrary<string | undefined> {
  if (!requestBody) return fc.constant(undefined);
  const { schema = {} } = requestBody.content['application/json'] ?? {};
  const withKnownId = (value: unknown, orderId: string): unknown =>
    typeof value === 'object' && value !== null && 'lines' in value ? { ...value, orderId } : value;
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc
        .tuple(validFor(schema), knownId)
        .map(([value, id]) => JSON.stringify(withKnownId(value, id))),
    },
    { weight: 4, arbitrary: nearlyFor(schema).map((value) => JSON.stringify(value)) },
    anyJson.map((value) => JSON.stringify(value)),
    fc.string(),
    fc.constantFrom(undefined, '{', '[[[[', '{"a":1e400}', `{"a":${'['.repeat(3000)}`),
  );
}

function requestFor(operation: Operation): Arbitrary<Sent> {
  const inPath = (operation.parameters ?? []).filter((one) => one.in === 'path');
  const parts = fc.tuple(...inPath.map(({ name, schema }) => addressPart(name, schema)));
  return fc
    .record({
      parts,
      query: queryOf(operation),
      caller: callerOf(operation),
      stray: strayHeaders,
      type: contentType,
      body: bodyOf(operation),
      isSigned: fc.boolean(),
    })
    .map(({ parts: values, query, caller, stray, type, body, isSigned }) => {
      const path = inPath.reduce(
        (way, { name }, index) => way.replace(`{${name}}`, values[index] ?? ''),
        operation.path,
      );
      const signed = isSigned && body !== undefined ? signedHeaders(body) : {};
      const headers = {
        ...stray,
        ...caller,
        ...(body === undefined ? {} : { ...signed, 'content-type': type }),
      };
      return { operation, path: query ? `${path}?${query}` : path, headers, body };
    });
}

describe('requests made of the description of the API, right and wrong', function () {
  this.timeout(120_000);
  let room: HttpRoom;
  const logger = memoryLogger();
  const seen = new Set<number>();

  before(async () => {
    room = await httpRoom({ logger });
    for (let goodsId = 1; goodsId <= 21; goodsId += 1) await room.restock(goodsId, 1_000_000);
  });
  after(() => room.drop());

  const operations = async (): Promise<Operation[]> => {
    const { paths } = (await (await fetch(`${room.url}/openapi.json`)).json()) as {
      paths: Record<string, Record<string, Omit<Operation, 'method' | 'path'>>>;
    };
    return Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({
        ...operation,
        method: method.toUpperCase(),
        path,
      })),
    );
  };

  const expectDocumented = async ({ operation, path, headers, body }: Sent): Promise<void> => {
    const response = await fetch(room.url + path, {
      method: operation.method,
      headers,
      ...(body === undefined ? {} : { body }),
    });
    const { status } = response;
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'nothing';
    seen.add(status);
    const documented = operation.responses[status];
    expect(Object.keys(operation.responses), `status ${status}`).to.include(String(status));
    expect(Object.keys(documented?.content ?? {}), `${status}`).to.include(type);
    if (type === 'text/event-stream') {
      await response.body?.cancel();
      return;
    }
    const said = await response.text();
    if (!type.endsWith('json')) return;
    const answer = JSON.parse(said) as Record<string, unknown>;
    if (type === 'application/problem+json') {
      expect(answer).to.include({ status, type: `urn:holdfast:error:${String(answer['code'])}` });
      expect(answer).to.include.keys('title', 'detail', 'requestId');
      if (status === 503) expect(answer['code']).to.equal('overloaded');
    } else checkedBy(documented?.content[type]?.schema as TSchema)(answer);
  };

  it(`are answered as it says, ${RUNS} of them from seed ${SEED}`, async () => {
    const all = await operations();
    const request = fc.oneof(
      ...all.map((operation) => ({
        weight: operation.method === 'GET' ? 1 : 5, // what changes nothing breaks little
        arbitrary: requestFor(operation),
      })),
    );
    await fc.assert(fc.asyncProperty(request, expectDocumented), {
      seed: SEED,
      numRuns: RUNS,
      endOnFailure: true,
    });
    const everyKind = [200, 201, 202, 207, 400, 401, 403, 404, 409, 414, 415];
    expect([...seen]).to.include.members(everyKind);
  });

  it('leave the server well and the books balanced', async () => {
    expect((await room.send(null, 'GET', '/healthz')).status).to.equal(200);
    const { body } = await room.send('viewer', 'GET', '/v1/audit');
    expect(body['balanced']).to.equal(true);
    expect(body['orders']).to.be.greaterThan(0);
    await expectBalanced(room.database);
    expect(logger.lines.filter((line) => line.startsWith('{"level":"error"'))).to.deep.equal([]);
  });
});
