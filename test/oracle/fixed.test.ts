import { fixedScenarios } from './cases/fixed.ts';
import { compareSuite } from './traffic-suite.ts';

compareSuite('FTP, local nodes and tunnels between families', [{ name: 'all', scenarios: fixedScenarios }]);
