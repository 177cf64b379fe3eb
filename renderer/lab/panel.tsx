import type { ReactNode } from 'react';
import { useId } from 'react';
import classes from './panel.module.css';

interface Props {
  readonly title: string;
  /** What stands right of the title. */
  readonly tools?: ReactNode;
  readonly children: ReactNode;
  readonly className?: string | undefined;
  readonly testId?: string;
}

/** A titled region of the lab's screen. F6 goes from one to the next. */
export function Panel({ title, tools, children, className, testId }: Props) {
  const id = useId();
  return (
    <section
      className={`${classes['panel'] ?? ''} ${className ?? ''}`}
      aria-labelledby={id}
      data-region
      tabIndex={-1}
      data-testid={testId}
    >
      <header className={classes['header']}>
        <h2 id={id} className={classes['title']}>
          {title}
        </h2>
        <div className={classes['tools']}>{tools}</div>
      </header>
      <div className={classes['body']}>{children}</div>
    </section>
  );
}
