import { trafficSuite } from './traffic-suite.ts';

trafficSuite(120, 180);
