/** Set by the build from package.json. */
declare const RELEVO_VERSION: string | undefined;

export const version = typeof RELEVO_VERSION === 'string' ? RELEVO_VERSION : 'development';
