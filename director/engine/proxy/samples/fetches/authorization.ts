import { fieldName } from '../../../http/field-name.ts';
import type { User, Userlist } from '../../global.ts';
import type { SampleValue } from '../../runtime/sample-value.ts';
import { fromBase64 } from '../base64.ts';
import type { RulePorts, Setting } from '../setting.ts';
import type { Subject } from '../subject.ts';
import { bool, octetText, str } from '../values.ts';
import { type FetchMaker, plain, textAt } from './fetch.ts';
import { firstValue } from './header-values.ts';

interface Credentials {
  readonly scheme: 'Basic' | 'Bearer';
  readonly user: string;
  readonly password: string;
  readonly token: string;
}

const AUTHORIZATION = fieldName('authorization');
const BASIC = { scheme: 'Basic', token: '' } as const;

function credentialsOf({ request }: Subject): Credentials | undefined {
  const value = request === undefined || AUTHORIZATION === undefined ? undefined : firstValue(request, AUTHORIZATION);
  const [, scheme = '', token = ''] = /^([^ ]+) +(.*)$/s.exec(value ?? '') ?? [];
  if (scheme.toLowerCase() === 'bearer') return { scheme: 'Bearer', user: '', password: '', token };
  if (scheme.toLowerCase() !== 'basic') return undefined;
  const pair = fromBase64(token);
  const colon = pair?.indexOf(':') ?? -1;
  if (pair === undefined || colon === -1) return undefined;
  return { ...BASIC, user: pair.slice(0, colon), password: pair.slice(colon + 1) };
}

/** The user of a list who is named and whose password is given. */
function authenticated(subject: Subject, list: Userlist | undefined, ports: RulePorts): User | undefined {
  const credentials = credentialsOf(subject);
  if (credentials?.scheme !== 'Basic') return undefined;
  const user = list?.users.find(({ name }) => octetText(name) === credentials.user);
  if (user?.password === undefined) return undefined;
  const { text, hashed } = user.password;
  const matches = hashed ? ports.matchesHash(credentials.password, text) : octetText(text) === credentials.password;
  return matches ? user : undefined;
}

const listNamed = ({ ports }: Setting, name: string): Userlist | undefined =>
  ports.userlists.find((one) => one.name === name);

/** Whether the user who is authenticated by a list belongs to one of the groups. */
export function groupTest(list: string, groups: readonly string[], setting: Setting): (subject: Subject) => boolean {
  const userlist = listNamed(setting, list);
  return (subject) =>
    authenticated(subject, userlist, setting.ports)?.groups.some((group) => groups.includes(group)) === true;
}

const ofCredentials = (read: (credentials: Credentials) => SampleValue | undefined): FetchMaker =>
  plain((subject) => {
    const credentials = credentialsOf(subject);
    return credentials === undefined ? undefined : read(credentials);
  });

const bearer: FetchMaker = (given) => {
  const header = textAt(given, 0);
  const name = header === '' ? undefined : fieldName(header);
  return {
    one: (subject) => {
      if (header === '') {
        const credentials = credentialsOf(subject);
        return credentials?.scheme === 'Bearer' ? str(credentials.token) : undefined;
      }
      const value = name === undefined || subject.request === undefined ? undefined : firstValue(subject.request, name);
      const [, token] = /^bearer +(.*)$/is.exec(value ?? '') ?? [];
      return token === undefined ? undefined : str(token);
    },
  };
};

/** Section 7.3.6: who the client says it is. */
export const authorizationFetches = {
  http_auth: (given, setting) => {
    const list = listNamed(setting, textAt(given, 0));
    return {
      one: (subject) =>
        credentialsOf(subject)?.scheme === 'Basic'
          ? bool(authenticated(subject, list, setting.ports) !== undefined)
          : undefined,
    };
  },
  http_auth_group: (given, setting) => {
    const list = listNamed(setting, textAt(given, 0));
    return {
      one: (subject) => {
        const user = authenticated(subject, list, setting.ports);
        return user === undefined ? undefined : str(octetText(user.name));
      },
    };
  },
  http_auth_user: ofCredentials(({ scheme, user }) => (scheme === 'Basic' ? str(user) : undefined)),
  http_auth_pass: ofCredentials(({ scheme, password }) => (scheme === 'Basic' ? str(password) : undefined)),
  http_auth_type: ofCredentials(({ scheme }) => str(scheme)),
  http_auth_bearer: bearer,
} satisfies Readonly<Record<string, FetchMaker>>;
