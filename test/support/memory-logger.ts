import type { LogFields, Logger, LogLevel } from '../../src/kernel/index.ts';

export interface MemoryLogger extends Logger {
  readonly lines: string[];
}

/** Keeps every line as the text it would be, of every level. */
export function memoryLogger(): MemoryLogger {
  const lines: string[] = [];
  const at = (beside: LogFields): Logger => {
    const write = (level: LogLevel) => (message: string, fields?: LogFields) => {
      lines.push(JSON.stringify({ level, message, ...beside, ...fields }));
    };
    return {
      error: write('error'),
      warn: write('warn'),
      info: write('info'),
      debug: write('debug'),
      writes: () => true,
      with: (fields) => at({ ...beside, ...fields }),
    };
  };
  return { ...at({}), lines };
}
