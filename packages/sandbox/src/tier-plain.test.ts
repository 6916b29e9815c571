import { tierSuite } from './tier-suite.ts';

tierSuite('plain');
