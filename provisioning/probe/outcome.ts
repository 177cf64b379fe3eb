/** How a request ended. */
export type Outcome =
  | { readonly ok: true; readonly server?: string }
  | { readonly ok: false; readonly server?: string; readonly error: string };
