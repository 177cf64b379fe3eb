import { expect, it } from 'vitest';
import type { Route } from './route.ts';
import { readRoute, writeRoute } from './route.ts';

it.each<Route>([
  { screen: 'start' },
  { screen: 'lab', lab: 'tfg-2', section: 'overview' },
  { screen: 'lab', lab: 'tfg', section: 'drills' },
  { screen: 'lab', lab: 'tfg', section: 'drills', report: '2026-01-01/a b' },
])('reads back what it wrote: %o', (route) => {
  expect(readRoute(writeRoute(route))).toEqual(route);
});

it('takes anything that it does not know for the start screen', () => {
  expect(readRoute('')).toEqual({ screen: 'start' });
  expect(readRoute('#/nowhere/at/all')).toEqual({ screen: 'start' });
  expect(readRoute('#/labs/%E0%A4%A/x')).toEqual({ screen: 'lab', lab: '%E0%A4%A', section: 'overview' });
});
