export { archive, type ArchiveOptions } from './archive.ts';
export { ArchiveFile } from './archive-file.ts';
export { ageIn, type Age, cutoffOf } from './archive-cutoff.ts';
export type { ArchiveRecord, ArchiveReport } from './archive-report.ts';
