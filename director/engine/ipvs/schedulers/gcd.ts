/** The greatest common divisor of the numbers above 0; 0 without any. */
export function greatestCommonDivisor(numbers: Iterable<number>): number {
  let divisor = 0;
  for (const number of numbers) {
    if (number <= 0) continue;
    let [larger, smaller] = [number, divisor];
    while (smaller > 0) [larger, smaller] = [smaller, larger % smaller];
    divisor = larger;
  }
  return divisor;
}
