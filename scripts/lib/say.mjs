/** One line of what `npm start` and `npm test` do. */
export function say(sentence) {
  console.log(`relevo: ${sentence}`);
}

/** "3.2 s" */
export const seconds = (milliseconds) => `${(milliseconds / 1000).toFixed(1)} s`;
