/** First line and sentence of each answer that HAProxy 2.6.12 has built in (measured). */
const PAGES: Readonly<Record<number, readonly [title: string, sentence: string]>> = {
  200: ['OK', 'Service ready.'],
  400: ['Bad request', 'Your browser sent an invalid request.'],
  401: ['Unauthorized', 'You need a valid user and password to access this content.'],
  403: ['Forbidden', 'Request forbidden by administrative rules.'],
  404: ['Not Found', 'The resource could not be found.'],
  405: ['Method Not Allowed', 'A request was made of a resource using a request method not supported by that resource'],
  407: ['Unauthorized', 'You need a valid user and password to access this content.'],
  408: ['Request Time-out', "Your browser didn't send a complete request in time."],
  410: ['Gone', 'The resource is no longer available and will not be available again.'],
  413: ['Payload Too Large', 'The request entity exceeds the maximum allowed.'],
  421: ['Misdirected Request', 'Request sent to a non-authoritative server.'],
  422: ['Unprocessable Content', 'The server cannot process the contained instructions.'],
  425: ['Too Early', 'Your browser sent early data.'],
  429: ['Too Many Requests', 'You have sent too many requests in a given amount of time.'],
  500: ['Internal Server Error', 'An internal server error occurred.'],
  // The dot in front is HAProxy's.
  501: ['Not Implemented', '.The server does not support the functionality required to fulfill the request.'],
  502: ['Bad Gateway', 'The server returned an invalid or incomplete response.'],
  503: ['Service Unavailable', 'No server is available to handle this request.'],
  504: ['Gateway Time-out', "The server didn't respond in time."],
};

/** After these the connection ends. */
const CLOSING = new Set([400, 408]);

/** A whole answer; one for 500 for statuses that have none. */
export function errorPage(status: number): string {
  const known = PAGES[status] === undefined ? 500 : status;
  const [title, sentence] = PAGES[known] ?? ['', ''];
  const body = `<html><body><h1>${known} ${title}</h1>\n${sentence}\n</body></html>\n`;
  const fields = [
    `content-length: ${body.length}`,
    'cache-control: no-cache',
    'content-type: text/html',
    ...(CLOSING.has(known) ? ['connection: close'] : []),
  ];
  return `HTTP/1.1 ${known} ${title}\r\n${fields.join('\r\n')}\r\n\r\n${body}`;
}
