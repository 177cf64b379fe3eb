import { Splitter } from '@mantine/core';
import { IpvsPanel } from '../ipvs/ipvs-panel.tsx';
import { LabMap } from '../map/lab-map.tsx';
import { VrrpPanel } from '../vrrp/vrrp-panel.tsx';
import classes from './lab.module.css';
import { splitLook } from './split-look.ts';

export function Overview({ lab }: { readonly lab: string }) {
  return (
    <Splitter {...splitLook}>
      <Splitter.Pane defaultSize={49} min={20}>
        <LabMap lab={lab} />
      </Splitter.Pane>
      <Splitter.Pane defaultSize={51} min={25}>
        <div className={classes['column']}>
          <VrrpPanel lab={lab} />
          <IpvsPanel lab={lab} />
        </div>
      </Splitter.Pane>
    </Splitter>
  );
}
