import { trafficSuite } from './traffic-suite.ts';

trafficSuite(180, 240);
