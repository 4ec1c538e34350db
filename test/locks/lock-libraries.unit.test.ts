import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

const LOCKS = new URL('../../src/locks/index.js', import.meta.url).href;
const LIBRARIES = ['ioredis', 'mysql2', 'knex', 'bullmq', 'winston'];

/** Which of the libraries a program has loaded that made its locks there. */
async function loadedFor(...urls: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run(process.execPath, [
    '--input-type=module',
    '--eval',
    `import { createRequire } from 'node:module';
    import { createLocks } from ${JSON.stringify(LOCKS)};
    const urls = ${JSON.stringify(urls)};
    const locks = urls.length > 0 ? createLocks({ urls }) : undefined;
    await locks?.tryLock(['a']);
    await locks?.close();
    console.log(JSON.stringify(Object.keys(createRequire(import.meta.url).cache)));`,
  ]);
  const files = JSON.parse(stdout) as readonly string[];
  return LIBRARIES.filter((name) => files.some((file) => file.includes(`/node_modules/${name}/`)));
}

describe('the libraries of the lock servers', () => {
  it('are not loaded by whoever only imports the locks', async () => {
    expect(await loadedFor()).to.deep.equal([]);
  });

  it('are not loaded where none is used', async () => {
    expect(await loadedFor('memory:')).to.deep.equal([]);
    expect(await loadedFor('etcd://127.0.0.1:1')).to.deep.equal([]);
    expect(await loadedFor('zookeeper://127.0.0.1:1')).to.deep.equal([]);
  });

  it('are loaded one by one', async () => {
    expect(await loadedFor('redis://127.0.0.1:1')).to.deep.equal(['ioredis']);
    expect(await loadedFor('mysql://root@127.0.0.1:1/none')).to.deep.equal(['mysql2']);
  });
});
