import type { Clock } from '../kernel/index.ts';
import { Bucket } from './bucket.ts';
import { Folder } from './folder.ts';
import type { MediaPlace } from './media-place.ts';
import type { Objects } from './objects.ts';

export function openObjects(place: MediaPlace, clock: Clock): Objects {
  return place.kind === 'local' ? new Folder(place.folder) : new Bucket(place, clock);
}
