export { CALLBACK_PATH } from './bucket.ts';
export { type MediaPlace, mediaPlace } from './media-place.ts';
export type { UploadWay } from './objects.ts';
export { openObjects } from './open-objects.ts';
export { type CallbackMessage, OssCallbacks } from './oss-callback.ts';
export { BYTES_MAX, PICTURE_TYPES, type PictureType, PURPOSES, type Purpose } from './purpose.ts';
export { createUploadSweep } from './upload-sweep.ts';
export { type ReadyUpload, type Ticket, type UploadDraft, Uploads } from './uploads.ts';
export { UploadRows } from './uploads-store.ts';
