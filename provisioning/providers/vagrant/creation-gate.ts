/** Lets one in at a time: machines are made one by one, because Vagrant copies the box once and VirtualBox locks its lists. */
export class CreationGate {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when it is this caller's turn; the next one's comes when `leave` is called, which does no harm twice. */
  async enter(): Promise<{ leave: () => void }> {
    const before = this.#last;
    let leave: () => void = () => undefined;
    this.#last = new Promise((resolve) => (leave = resolve));
    await before;
    return { leave };
  }
}
