import { trafficSuite } from './traffic-suite.ts';

trafficSuite(60, 120);
