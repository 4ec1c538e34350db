export { type FileLine, fileLines } from './file-lines.ts';
export {
  type ImportPlan,
  type ImportProgress,
  type ImportReport,
  type ImportVerdict,
  importRecords,
} from './import-records.ts';
export { formatOf, RECORD_FORMATS, type RecordFormat } from './read-records.ts';
export { writeRecords } from './write-records.ts';
