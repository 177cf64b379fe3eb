/**
 * The merge sort behind glibc's qsort(3). ipvsadm compares addresses by a subtraction that overflows, so its order is that of
 * the algorithm as much as of the comparison.
 */
export function mergeSort<Item>(items: readonly Item[], compare: (left: Item, right: Item) => number): Item[] {
  if (items.length <= 1) return [...items];
  const middle = items.length >> 1;
  const left = mergeSort(items.slice(0, middle), compare);
  const right = mergeSort(items.slice(middle), compare);
  const merged: Item[] = [];
  let [next, other] = [0, 0];
  for (;;) {
    const [one, two] = [left[next], right[other]];
    if (one === undefined || two === undefined) break;
    if (compare(one, two) <= 0) {
      merged.push(one);
      next += 1;
    } else {
      merged.push(two);
      other += 1;
    }
  }
  return [...merged, ...left.slice(next), ...right.slice(other)];
}
