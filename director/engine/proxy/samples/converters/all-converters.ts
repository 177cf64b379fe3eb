import type { ConverterName } from '../../samples.ts';
import type { ConverterMaker } from './converter.ts';
import { dateConverters } from './dates.ts';
import { encodingConverters } from './encodings.ts';
import { hashConverters } from './hashes.ts';
import { numberConverters } from './numbers.ts';
import { stateConverters } from './state.ts';
import { textConverters } from './texts.ts';

/** Every converter that the reader lets through (samples.ts). */
export const allConverters: Readonly<Record<ConverterName, ConverterMaker>> = {
  ...numberConverters,
  ...textConverters,
  ...encodingConverters,
  ...hashConverters,
  ...dateConverters,
  ...stateConverters,
};
