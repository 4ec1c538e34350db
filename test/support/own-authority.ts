import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export interface Vouched {
  readonly certFile: string;
  readonly keyFile: string;
}

/** An authority that nobody else knows, for a day. */
export class OwnAuthority {
  readonly file: string;
  readonly #keyFile: string;
  readonly #folder: string;

  private constructor(folder: string, name: string) {
    this.#folder = folder;
    this.file = join(folder, `${name}.crt`);
    this.#keyFile = join(folder, `${name}.key`);
  }

  static async make(folder: string, name: string): Promise<OwnAuthority> {
    const authority = new OwnAuthority(folder, name);
    const files = ['-keyout', authority.#keyFile, '-out', authority.file];
    await run('openssl', [
      'req',
      '-x509',
      '-days',
      '1',
      ...CURVE,
      '-subj',
      `/CN=${name}`,
      ...files,
    ]);
    return authority;
  }

  /** The certificate of a server at this address, or of a client. */
  async vouchFor(name: string, address = 'IP:127.0.0.1'): Promise<Vouched> {
    const [certFile, keyFile, asked, extra] = ['crt', 'key', 'csr', 'ext'].map((end) =>
      join(this.#folder, `${name}.${end}`),
    ) as [string, string, string, string];
    const subject = ['-subj', `/CN=${name}`];
    await run('openssl', ['req', ...CURVE, ...subject, '-keyout', keyFile, '-out', asked]);
    await writeFile(extra, `subjectAltName=${address}\n`);
    const by = ['-CA', this.file, '-CAkey', this.#keyFile, '-CAcreateserial', '-extfile', extra];
    await run('openssl', ['x509', '-req', '-days', '1', '-in', asked, ...by, '-out', certFile]);
    return { certFile, keyFile };
  }

  async text(): Promise<string> {
    return await readFile(this.file, 'utf8');
  }
}
