import { readFile, stat } from 'node:fs/promises';
import { AppError, messageOf, systemClock } from '../../kernel/index.ts';
import type { Purpose } from '../../media/index.ts';
import { facts } from '../format.ts';
import { choiceIn, textIn } from '../given.ts';
import type { Plan } from '../plan.ts';

export const mediaPut: Plan = {
  name: 'put',
  takes: '<file>',
  summary: 'Put a picture where pictures are kept, and tell its address',
  more:
    'What it is, is told by its bytes: JPEG, PNG or WebP, whatever the file is called.\n' +
    'The same picture gets the same address.',
  options: [['--purpose <purpose>', 'goods, banner or logo']],
  examples: ['holdfast media put kettle.jpg --purpose goods'],
  act: async (session, [file], options) => {
    const { BYTES_MAX, openObjects, PURPOSES, UploadRows, Uploads } = await import(
      '../../media/index.ts'
    );
    const purpose = choiceIn<Purpose>('purpose', textIn(options, 'purpose') ?? '', PURPOSES);
    const path = String(file);
    const bytes = await contentOf(path, BYTES_MAX);
    const { media } = await session.config();
    const objects = openObjects(media, systemClock);
    const uploads = new Uploads(new UploadRows(await session.database()), objects);
    const ready = await uploads.put(purpose ?? 'goods', bytes);
    session.print({ file: path, ...ready }, () =>
      facts([
        ['address', ready.url],
        ['type', ready.contentType],
        ['size', `${ready.width} x ${ready.height}, ${ready.bytes} bytes`],
      ]),
    );
  },
};

async function contentOf(path: string, bytesMax: number): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size <= bytesMax) return await readFile(path);
  } catch (error) {
    throw new AppError('invalid-file', `${path} cannot be read: ${messageOf(error)}`);
  }
  throw new AppError('invalid-file', `${path} is larger than ${bytesMax} bytes`);
}
