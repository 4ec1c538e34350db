import { mkdtemp, rm } from 'node:fs/promises';
import { request as protectedRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { present } from '../../src/kernel/index.ts';
import type { Certificate } from './certificates.ts';
import { type PrivateCluster, PrivateProgram } from './private-program.ts';
import { freePorts } from './redis-nodes.ts';

export interface EtcdServers extends PrivateCluster {
  /** A question to the gateway of a member, as a foreigner would ask it. */
  ask(path: string, body: object, index?: number, token?: string): Promise<unknown>;
}

/** Starts a private cluster on free ports. What it knows survives a kill, not the stop. */
export async function startEtcd(
  command: string,
  count = 1,
  certificate?: Certificate,
): Promise<EtcdServers> {
  const directory = await mkdtemp(join(tmpdir(), 'holdfast-etcd-'));
  const ports = await freePorts(count * 2);
  const client = (index: number) => `${certificate ? 'https' : 'http'}://127.0.0.1:${ports[index]}`;
  const peer = (index: number) => `http://127.0.0.1:${ports[count + index]}`;
  const indexes = Array.from({ length: count }, (_, index) => index);
  const cluster = indexes.map((index) => `m${index}=${peer(index)}`).join(',');
  const ask = async (path: string, body: object, index = 0, token = ''): Promise<unknown> => {
    if (certificate) return askProtected(client(index), path, body, certificate.ca);
    const answer = await fetch(`${client(index)}/v3${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
      ...(token && { headers: { authorization: token } }),
      signal: AbortSignal.timeout(2000),
    });
    return answer.json();
  };
  const members = indexes.map(
    (index) =>
      new PrivateProgram(
        command,
        [
          ['--name', `m${index}`],
          ['--data-dir', join(directory, `m${index}`)],
          ['--listen-client-urls', client(index)],
          ['--advertise-client-urls', client(index)],
          ['--listen-peer-urls', peer(index)],
          ['--initial-advertise-peer-urls', peer(index)],
          ['--initial-cluster', cluster],
          ['--heartbeat-interval', '50'],
          ['--election-timeout', '500'],
          ['--unsafe-no-fsync'],
          certificate ? ['--cert-file', certificate.certFile] : [],
          certificate ? ['--key-file', certificate.keyFile] : [],
        ].flat(),
        // Answered only by a member that is in touch with a majority.
        () => ask('/kv/range', { key: 'AA==' }, index),
      ),
  );
  await Promise.all(members.map((member) => member.start()));
  const hosts = indexes.map((index) => `127.0.0.1:${ports[index]}`);
  return {
    members,
    url: `${certificate ? 'etcds' : 'etcd'}://${hosts.join(',')}`,
    at: (index) => present(members[index], `etcd member ${index}`),
    ask,
    clear: async () => void (await ask('/kv/deleterange', { key: 'AA==', range_end: 'AA==' })),
    stop: async () => {
      await Promise.all(members.map((member) => member.kill()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function askProtected(url: string, path: string, body: object, ca: string): Promise<unknown> {
  const answer = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    const asked = protectedRequest(`${url}/v3${path}`, { method: 'POST', ca, timeout: 2000 });
    asked.on('response', resolve).on('error', reject).end(JSON.stringify(body));
  });
  return JSON.parse(await text(answer)) as unknown;
}
