/**
 * The address of the web server that made the page. The document's page says it in a line of its own
 * ("Soy el servidor IP: 10.0.100.3").
 */
export function answeringServer(page: string): string | undefined {
  return /servidor IP:\s*(\d{1,3}(?:\.\d{1,3}){3})/.exec(page)?.[1];
}
