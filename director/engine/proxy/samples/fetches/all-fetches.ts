import type { FetchName } from '../../samples.ts';
import { authorizationFetches } from './authorization.ts';
import { bodyFetches } from './bodies.ts';
import { captureFetches } from './captures.ts';
import { clientHelloFetches } from './client-hello.ts';
import { clientFetches, serverSideFetches, tlsFetches } from './connection.ts';
import { constantFetches } from './constants.ts';
import { cookieFetches } from './cookies.ts';
import type { FetchMaker } from './fetch.ts';
import { headerFetches } from './headers.ts';
import { parameterFetches } from './parameters.ts';
import { proxyFetches } from './proxies.ts';
import { stickFetches } from './stick-counters.ts';
import { targetFetches } from './target.ts';

/** Every fetch that the reader lets through (samples.ts). */
export const allFetches: Readonly<Record<FetchName, FetchMaker>> = {
  ...constantFetches,
  ...proxyFetches,
  ...clientFetches,
  ...tlsFetches,
  ...serverSideFetches,
  ...targetFetches,
  ...headerFetches,
  ...cookieFetches,
  ...parameterFetches,
  ...bodyFetches,
  ...clientHelloFetches,
  ...authorizationFetches,
  ...captureFetches,
  ...stickFetches,
};
