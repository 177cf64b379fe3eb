/** Everything of the lab engine that is VirtualBox's alone. docs/virtualbox.md says what has been seen on a real one: nothing yet. */
export { virtualBoxAdvice, virtualBoxSentence } from './advice.ts';
export { virtualBoxDriver } from './driver.ts';
export { virtualBoxVersion } from './facts.ts';
export { virtualBoxFindings } from './findings.ts';
