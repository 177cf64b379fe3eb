import { z } from 'zod';

/** What every lab's specification begins with. */
export const specificationBase = {
  lab: z.string(),
  /** Random; marks everything that belongs to this lab. */
  id: z.string(),
  directory: z.string(),
};
