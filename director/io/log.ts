export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
/** Where every part of the director says what it did and why. Messages are full sentences without a final dot. */
export type Log = (level: LogLevel, message: string) => void;
