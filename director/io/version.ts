/** Put in by scripts/build-director.mjs from package.json. */
declare const DIRECTOR_VERSION: string | undefined;

export const version = typeof DIRECTOR_VERSION === 'string' ? DIRECTOR_VERSION : '0.0.0-source';
