import classes from './lab.module.css';

/** How every splitter of the window looks: a thin line that lights up when it can be moved. */
export const splitLook = {
  className: classes['split'] ?? '',
  lineSize: 1,
  handleColor: 'var(--relevo-border)',
  withHandle: false,
} as const;
