import type { BackendChoice, Frontend, Listen } from '../configuration.ts';
import type { ServerChoice } from '../backend.ts';
import type { Condition } from '../expressions.ts';
import { asName, compileFormat } from '../formats/log-format.ts';
import { settingOf } from '../formats/setting-of.ts';
import { compileCondition } from '../matching/condition.ts';
import type { Makers } from '../proxy-engine.ts';
import type { HttpRequestAction, HttpResponseAction, Rule } from '../rules.ts';
import type { RuleList, RuleLists } from '../runtime/collaborators.ts';
import type { Session } from '../runtime/session.ts';
import type { Stream } from '../runtime/stream.ts';
import type { RulePorts, Setting } from '../samples/setting.ts';
import { Subject } from '../samples/subject.ts';
import { ErrorTables } from './error-replies.ts';
import { compileRequestAction, compileResponseAction } from './message-actions.ts';
import { compileRedirect } from './redirect.ts';
import { ReadyRules, ready, type ListOptions, type ReadyRule } from './rule-list.ts';
import { compileContentAction, compileSessionAction } from './tcp-actions.ts';
import { compileEarlyHint, compileWaitForBody } from './waiting-actions.ts';

/** The rules of proxies, and what they answer to errors. */
export function ruleMakers(ports: RulePorts): Pick<Makers, 'rules' | 'errors'> {
  const errors = new ErrorTables();
  // Everything that looks at a stream is done with it before the next one comes.
  const subject = new Subject();
  return {
    rules: (proxy, environment) => compileRules(settingOf(proxy, environment, ports), errors, subject),
    errors: (proxy, environment) => {
      errors.add(settingOf(proxy, environment, ports));
      const own = new Subject();
      return {
        reply: (status, stream) =>
          stream === undefined
            ? errors.builtIn(status)
            : errors.reply(status, own.begin(stream.session, stream, stream.response !== undefined, environment.now())),
      };
    },
  };
}

function compileRules(setting: Setting, errors: ErrorTables, subject: Subject): RuleLists {
  const { rules } = setting.proxy;
  const list = <Who extends Stream | Session>(all: readonly ReadyRule[], options: ListOptions<Who>): RuleList<Who> =>
    new ReadyRules<Who>(all, subject, options);
  const before = { answering: false };
  const after = { answering: true };
  return {
    tcpConnection: list<Session>(
      rules.tcpConnection.map((rule) => ready(rule.when, setting, compileSessionAction(rule, setting))),
      before,
    ),
    tcpSession: list<Session>(
      rules.tcpSession.map((rule) => ready(rule.when, setting, compileSessionAction(rule, setting))),
      before,
    ),
    tcpContent: list<Stream>(
      rules.tcpContent.map((rule) => ready(rule.when, setting, compileContentAction(rule, setting))),
      inspecting(false, rules.inspectRequestMs, ({ contentsComplete }) => contentsComplete === true),
    ),
    tcpResponse: list<Stream>(
      rules.tcpResponse.map((rule) => ready(rule.when, setting, compileContentAction(rule, setting))),
      inspecting(true, rules.inspectResponseMs, ({ answerContentsComplete }) => answerContentsComplete === true),
    ),
    request: list<Stream>([...requestRules(rules.httpRequest, setting, errors), ...redirects(setting)], before),
    response: list<Stream>(responseRules(rules.httpResponse, setting, errors), after),
    afterResponse: list<Stream>(
      rules.httpAfterResponse.map((rule) => ready(rule.when, setting, compileResponseAction(rule, setting, errors))),
      after,
    ),
    ...choices(setting, subject),
  };
}

const inspecting = (
  answering: boolean,
  inspectMs: number | undefined,
  isComplete: (stream: Stream) => boolean,
): ListOptions<Stream> => ({ answering, ...(inspectMs === undefined ? {} : { inspectMs }), isComplete });

function requestRules(
  rules: readonly Rule<HttpRequestAction>[],
  setting: Setting,
  errors: ErrorTables,
): readonly ReadyRule[] {
  return rules.map((rule) => {
    if (rule.action === 'wait-for-body')
      return ready(
        rule.when,
        setting,
        compileWaitForBody(rule, setting, ({ request }) => request),
      );
    if (rule.action === 'early-hint') return ready(rule.when, setting, compileEarlyHint(rule, setting));
    return ready(rule.when, setting, compileRequestAction(rule, setting, errors));
  });
}

function responseRules(
  rules: readonly Rule<HttpResponseAction>[],
  setting: Setting,
  errors: ErrorTables,
): readonly ReadyRule[] {
  return rules.map((rule) =>
    rule.action === 'wait-for-body'
      ? ready(
          rule.when,
          setting,
          compileWaitForBody(rule, setting, ({ response }) => response),
        )
      : ready(rule.when, setting, compileResponseAction(rule, setting, errors)),
  );
}

/** `redirect` lines. */
function redirects(setting: Setting): readonly ReadyRule[] {
  return setting.proxy.rules.redirects.map(({ redirect, when }) => {
    const make = compileRedirect(redirect, setting, 'request');
    return ready(when, setting, (subject) => {
      const reply = make(subject);
      return reply === undefined ? undefined : { kind: 'reply', reply, denies: false };
    });
  });
}

type Choices = Pick<RuleLists, 'chooseBackend' | 'chooseServer' | 'persistence' | 'monitorFails'>;

function choices(setting: Setting, subject: Subject): Choices {
  const { proxy, environment } = setting;
  const look = (stream: Stream): Subject => subject.begin(stream.session, stream, false, environment.now());
  const backend = proxy.kind === 'backend' ? () => undefined : backendChoice(proxy, setting);
  const servers = proxy.kind === 'frontend' ? [] : proxy.back.useServer;
  const server = firstOf(
    servers.map(({ server: choice, when }) => ({ name: nameOf(choice, setting), holds: when })),
    setting,
  );
  const persist = (proxy.kind === 'frontend' ? [] : proxy.back.persist).map(({ kind, when }) => ({
    kind,
    holds: compileCondition(when, setting),
  }));
  const fails = (proxy.kind === 'backend' ? [] : (proxy.front.monitor?.failWhen ?? [])).map((when) =>
    compileCondition(when, setting),
  );
  return {
    chooseBackend: (stream) => backend(look(stream)),
    chooseServer: (stream) => (servers.length === 0 ? undefined : server(look(stream))),
    persistence: (stream) => {
      if (persist.length === 0) return 'normal';
      look(stream);
      return persist.find(({ holds }) => holds(subject))?.kind ?? 'normal';
    },
    monitorFails: (stream) => {
      look(stream);
      return fails.some((holds) => holds(subject));
    },
  };
}

type Name = (subject: Subject) => string | undefined;

function nameOf(choice: BackendChoice | ServerChoice, setting: Setting): Name {
  if (choice.kind === 'named') return () => choice.name;
  return compileFormat(choice.name, setting, asName);
}

interface Choice {
  readonly name: Name;
  readonly holds: Condition | undefined;
}

/** The name that the first condition which holds is for. */
function firstOf(all: readonly Choice[], setting: Setting): Name {
  const compiled = all.map(({ name, holds }) => ({ name, holds: compileCondition(holds, setting) }));
  return (subject) => compiled.find(({ holds }) => holds(subject))?.name(subject);
}

/** A computed name of which there is no backend is as none: the default one is taken. */
function backendChoice(proxy: Frontend | Listen, setting: Setting): Name {
  const { useBackend, defaultBackend } = proxy.front;
  const otherwise = defaultBackend ?? (proxy.kind === 'listen' ? proxy.name : undefined);
  if (useBackend.length === 0) return () => otherwise;
  const choose = firstOf(
    useBackend.map(({ backend, when }) => ({ name: nameOf(backend, setting), holds: when })),
    setting,
  );
  return (subject) => {
    const name = choose(subject);
    return name !== undefined && setting.environment.backends.has(name) ? name : otherwise;
  };
}
