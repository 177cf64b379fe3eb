import { z } from 'zod';

/** Network → the CIDR it has in this lab instead of the testbed's; prefixes of the same length. */
export const renumberSchema = z.record(z.string(), z.string());
