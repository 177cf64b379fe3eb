/** How large a head may be. Octets. */
export interface HeadLimits {
  /** As it arrives, with empty lines before it. */
  readonly arrived: number;
  /** What is understood of it: method, target, version or status and reason, and each field's name and value and 8 more. */
  readonly understood: number;
  readonly fields: number;
}

/** HAProxy's `tune` settings that bound a head. */
export interface BufferSettings {
  readonly bufferSize: number;
  readonly maximumRewrite: number;
  readonly maximumHeaders: number;
}

/** What HAProxy keeps of a buffer for itself (measured with 2.6.12: heads of 16320 octets fit, of 16321 do not). */
const BUFFER_OVERHEAD = 64;
/** Its description of a message: the list's own head, start line and end of the fields (measured: 15275 of 15360 octets fit). */
const MESSAGE_OVERHEAD = 85;
/** The longest name: its length is an octet there (measured). */
export const MAXIMUM_NAME = 255;
/** What each field costs beside its octets. */
export const FIELD_OVERHEAD = 8;

/** The same limits as HAProxy's with the same settings. */
export function limitsOf(settings: BufferSettings): HeadLimits {
  return {
    arrived: settings.bufferSize - BUFFER_OVERHEAD,
    understood: settings.bufferSize - settings.maximumRewrite - MESSAGE_OVERHEAD,
    fields: settings.maximumHeaders - 1,
  };
}

export const HAPROXY_LIMITS: HeadLimits = limitsOf({ bufferSize: 16384, maximumRewrite: 1024, maximumHeaders: 101 });
