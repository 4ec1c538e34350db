import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const BESIDE_PATH = ['/usr/sbin', '/usr/local/bin', '/usr/local/sbin', '/usr/share/zookeeper/bin'];

/** Where a program of this machine is; nothing when it is not installed. */
export function programOnPath(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), ...BESIDE_PATH];
  return folders.map((folder) => join(folder, name)).find((file) => existsSync(file));
}

/**
 * The tests of a server that need not be on every machine. Without it they are left out, and the
 * run says so aloud; with `npm run test:backends` that is a failure.
 */
export function describeWith(
  server: { readonly found: string | undefined; readonly packages: string },
  title: string,
  body: (this: Mocha.Suite, command: string) => void,
): void {
  const { found, packages } = server;
  const missing = `needs the Debian packages ${packages}`;
  describe(title, function () {
    if (found !== undefined) {
      body.call(this, found);
    } else if (process.env['HOLDFAST_TEST_BACKENDS']) {
      it(missing, () => {
        throw new Error(`not installed; apt-get install --no-install-recommends ${packages}`);
      });
    } else {
      process.emitWarning(`NOT TESTED: ${title}: ${missing}; then: npm run test:backends`);
    }
  });
}

/** The tests of a server that is never asked for by the way: only by the command that is for it. */
export function describeWhenAsked(
  command: 's3',
  server: { readonly found: string | undefined; readonly packages: string },
  title: string,
  body: (this: Mocha.Suite, command: string) => void,
): void {
  const { found, packages } = server;
  describe(title, function () {
    if (process.env[`HOLDFAST_TEST_${command.toUpperCase()}`] === undefined) {
      process.emitWarning(`NOT TESTED: ${title}: only with npm run test:${command}`);
    } else if (found === undefined) {
      it(`needs the Debian packages ${packages}`, () => {
        throw new Error(`not installed; apt-get install --no-install-recommends ${packages}`);
      });
    } else {
      body.call(this, found);
    }
  });
}
