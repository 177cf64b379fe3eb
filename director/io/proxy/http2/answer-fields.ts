import type { OutgoingHttpHeaders } from 'node:http2';
import type { FieldSection } from '../../../engine/http/fields.ts';

/** RFC 9113 section 8.2.2, and what only HTTP/1.1 knows. */
const LEFT_OUT = new Set([
  ...['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade', 'te', 'http2-settings'],
]);

/** The fields of an answer or of its trailers as Node's http2 takes them; lines of one name stay lines of their own. */
export function answerFields(fields: FieldSection, status?: number): OutgoingHttpHeaders {
  const lines = new Map<string, string[]>();
  for (let index = 0; index < fields.count; index++) {
    const name = fields.nameText(index).toLowerCase();
    if (LEFT_OUT.has(name)) continue;
    const values = lines.get(name);
    if (values === undefined) lines.set(name, [fields.valueText(index)]);
    else values.push(fields.valueText(index));
  }
  // Without a prototype any name is only a name.
  const found = Object.create(null) as OutgoingHttpHeaders;
  if (status !== undefined) found[':status'] = status;
  for (const [name, values] of lines) found[name] = values.length === 1 ? values[0] : values;
  return found;
}

/** The same with one line for each name, as a list (RFC 9110 section 5.3): Node takes no second line of some names. */
export function joined(fields: OutgoingHttpHeaders): OutgoingHttpHeaders {
  const found = Object.create(null) as OutgoingHttpHeaders;
  for (const [name, value] of Object.entries(fields))
    found[name] = Array.isArray(value) && name !== 'set-cookie' ? value.join(', ') : value;
  return found;
}
