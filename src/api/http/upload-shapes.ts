import { Type } from 'typebox';
import { PURPOSES } from '../../media/index.ts';

const texts = (description: string) => Type.Record(Type.String(), Type.String(), { description });

const purpose = Type.Unsafe<string>({ type: 'string', enum: [...PURPOSES] });

export const ticketShape = Type.Object(
  {
    ticketId: Type.String(),
    expiresAt: Type.String({ description: 'ISO 8601, UTC' }),
    upload: Type.Object(
      {
        method: Type.Unsafe<string>({ type: 'string', enum: ['POST', 'PUT'] }),
        url: Type.String(),
        headers: texts('to be sent just so'),
        fields: texts('of the form, each just so; after them the file, under the name file'),
      },
      { description: 'the one request that hands the file over' },
    ),
  },
  { description: 'a ticket for one picture' },
);

export const readyUploadShape = Type.Object(
  {
    ticketId: Type.String(),
    purpose,
    contentType: Type.String(),
    url: Type.String({ description: 'where it is shown; fit for a logo or an image' }),
    bytes: Type.Integer({ description: 'without what was hung on to it' }),
    width: Type.Integer(),
    height: Type.Integer(),
  },
  { description: 'the picture is there and can be shown' },
);
