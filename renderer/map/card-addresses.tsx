import { useLab } from '../app/services.ts';
import classes from './map.module.css';

/** The node's own addresses; the virtual ones stand on the card as badges. */
export function CardAddresses({ lab, node }: { readonly lab: string; readonly node: string }) {
  const interfaces = useLab(lab, (view) => view.nodes[node]?.interfaces);
  const virtualAddresses = useLab(lab, (view) => view.virtualAddresses);
  const virtual = new Set(virtualAddresses.map(({ address }) => address));
  return (
    <div className={classes['addresses']}>
      {(interfaces ?? []).map(({ name, addresses, mac, mtu }) => {
        const own = addresses.filter((address) => !virtual.has(address));
        return (
          <div key={name} className={classes['address']} title={`${name} ${mac}, MTU ${mtu}: ${own.join(', ')}`}>
            <span>{name}</span> {own.length === 0 ? '—' : own.join(', ')}
          </div>
        );
      })}
    </div>
  );
}
