import { trafficSuite } from './traffic-suite.ts';

trafficSuite(0, 60);
