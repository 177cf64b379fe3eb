import type { Proxy } from '../configuration.ts';
import type { LogFormat } from '../expressions.ts';
import type { ProxyEnvironment } from '../runtime/environment.ts';
import type { RulePorts, Setting } from '../samples/setting.ts';
import { type FormatUse, type Writer, compileFormat } from './log-format.ts';

const forUniqueId: FormatUse = { direction: 'request', encoding: 'none', isLog: true };

/** Where expressions, conditions, formats and rules of a proxy stand. */
export function settingOf(proxy: Proxy, environment: ProxyEnvironment, ports: RulePorts): Setting {
  // A stream may come from any frontend, and the format of a frontend may ask for the rest of the setting.
  const writers = new Map<LogFormat, Writer>();
  const setting: Setting = {
    proxy,
    environment,
    ports,
    uniqueId: (subject) => {
      const { stream, session } = subject;
      const format = session.frontend.settings.uniqueId;
      if (stream === undefined || format === undefined) return stream?.uniqueId;
      if (stream.uniqueId !== undefined) return stream.uniqueId;
      let write = writers.get(format);
      if (write === undefined) {
        write = compileFormat(format, setting, forUniqueId);
        writers.set(format, write);
      }
      stream.uniqueId = write(subject);
      return stream.uniqueId;
    },
  };
  return setting;
}
