/** What can stand in a sorted list. */
export interface Sorted {
  key: number;
}

/** By key; equal ones in the order in which they came, as in HAProxy's trees. */
export class SortedList<Item extends Sorted> {
  readonly items: Item[] = [];

  get first(): Item | undefined {
    return this.items[0];
  }

  insert(item: Item): void {
    this.items.splice(this.#after(item.key), 0, item);
  }

  remove(item: Item): void {
    const at = this.items.indexOf(item);
    if (at !== -1) this.items.splice(at, 1);
  }

  /** Where the first one is that is larger. */
  #after(key: number): number {
    let low = 0;
    let high = this.items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.items[middle] as Item).key <= key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
