export { createLogger, type LogFormat, type LoggerOptions, silentLogger } from './logger.ts';
