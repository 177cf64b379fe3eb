import type { Rates } from '../../director/index.ts';
import { useFormat } from '../i18n/use-format.ts';
import classes from './ipvs.module.css';

export function RateCells({ rates }: { readonly rates: Rates }) {
  const format = useFormat();
  return (
    <>
      <td className={classes['number']}>{format.rate(rates.connectionsPerSecond)}</td>
      <td className={classes['number']}>{format.bytes(rates.inBytesPerSecond)}</td>
      <td className={classes['number']}>{format.bytes(rates.outBytesPerSecond)}</td>
    </>
  );
}
