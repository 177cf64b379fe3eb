/** Whether two plain values are the same, whatever the order of their keys; an undefined entry is none. */
export function sameValue(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const [ours, theirs] = [entriesOf(one), entriesOf(other)];
  return ours.size === theirs.size && [...ours].every(([key, value]) => sameValue(value, theirs.get(key)));
}

function entriesOf(value: object): Map<string, unknown> {
  return new Map(Object.entries(value).filter(([, inner]) => inner !== undefined));
}
