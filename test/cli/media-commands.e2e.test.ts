import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { errorIn } from '../support/command-error.ts';
import { type CommandLine, commandLine } from '../support/command-run.ts';
import { seenIn } from '../support/real-pictures.ts';
import { PROGRAM, samplePng } from '../support/sample-pictures.ts';

describe('the media commands', function () {
  this.timeout(60_000);
  let cli: CommandLine;
  let folder: string;
  before(async () => {
    cli = await commandLine();
    folder = mkdtempSync(join(tmpdir(), 'holdfast-media-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await cli.fresh.drop();
  });

  it('put a picture where it is shown, and nothing that is none', async () => {
    const settings = { HOLDFAST_MEDIA_URL: `file://${folder}/kept` };
    const put = (name: string, bytes: Buffer, ...more: string[]) => {
      const path = join(folder, name);
      writeFileSync(path, bytes);
      return cli.run(['media', 'put', path, ...more, '--json'], settings);
    };
    const { code, stdout, stderr } = await put('kettle.txt', samplePng(), '--purpose', 'goods');
    expect(code, stderr).to.equal(0);
    const { url } = JSON.parse(stdout) as { url: string };
    expect(url).to.match(/^\/media\/[0-9a-f]{64}\.png$/);
    const kept = readFileSync(join(folder, 'kept', url.replace('/media/', 'pub/')));
    expect(await seenIn(kept)).to.include({ width: 4, height: 3, kind: 'png', isBare: true });
    const program = await put('kettle.jpg', PROGRAM, '--purpose', 'goods');
    expect(program.code).to.equal(1);
    expect(errorIn(program.stderr).code).to.equal('upload-not-a-picture');
    expect(errorIn((await put('a.png', samplePng())).stderr).code).to.equal('invalid-input');
    const none = await cli.run(['media', 'put', `${folder}/no`, '--purpose', 'logo', '--json']);
    expect(errorIn(none.stderr).code).to.equal('invalid-file');
  });
});
