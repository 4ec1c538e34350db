import { fileURLToPath } from 'node:url';
import type { ServiceDefinition } from '@grpc/grpc-js';
import { load } from '@grpc/proto-loader';
import { present } from '../../kernel/index.ts';

/** Seen from dist/src/api/grpc, in a checkout as in the package: the files that clients use too. */
const FOLDER = fileURLToPath(new URL('../../../../proto', import.meta.url));

export interface Definitions {
  readonly inventory: ServiceDefinition;
  readonly health: ServiceDefinition;
}

/** Fields that were not sent come as their zero value, as everywhere in proto3. */
const OPTIONS = { includeDirs: [FOLDER], defaults: true, arrays: true, enums: String };

export async function loadDefinitions(): Promise<Definitions> {
  const found = await load(['inventory.proto', 'health.proto'], OPTIONS);
  const definition = (name: string) =>
    present(found[name], `service ${name}`) as unknown as ServiceDefinition;
  return { inventory: definition('Inventory'), health: definition('grpc.health.v1.Health') };
}
