/** What has become of an action of the page's form: the code in the address, and what the page says of it. */
export const outcomes = {
  DONE: { style: 'active_up', text: 'Action processed successfully.' },
  NONE: { style: 'active_going_down', text: 'Nothing has changed.' },
  PART: {
    style: 'active_going_down',
    text:
      'Action partially processed.<br>Some server names are probably unknown or ambiguous ' +
      '(duplicated names in the backend).',
  },
  ERRP: {
    style: 'active_down',
    text:
      'Action not processed because of invalid parameters.<ul><li>The action is maybe unknown.</li>' +
      '<li>Invalid key parameter (empty or too long).</li>' +
      '<li>The backend name is probably unknown or ambiguous (duplicated names).</li>' +
      '<li>Some server names are probably unknown or ambiguous (duplicated names in the backend).</li></ul>',
  },
  EXCD: {
    style: 'active_down',
    text:
      "<b>Action not processed : the buffer couldn't store all the data.<br>" +
      'You should retry with less servers at a time.</b>',
  },
  DENY: { style: 'active_down', text: '<b>Action denied.</b>' },
  IVAL: {
    style: 'active_down',
    text: '<b>Invalid requests (unsupported method or chunked encoded request).</b>',
  },
  UNKN: { style: 'active_no_check', text: 'Unexpected result.' },
} as const;
export type Outcome = keyof typeof outcomes;

export const isOutcome = (text: string): text is Outcome => Object.hasOwn(outcomes, text);
