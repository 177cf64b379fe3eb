import type { CommandStep, FileStep, PartInput, RecipePart, RecipeStep } from '../recipe.ts';
import { known } from '../testbed-facts.ts';
import { portCheck } from './port-check.ts';

const certificate = '/etc/apache2/ssl/apache.crt';
const key = '/etc/apache2/ssl/apache.key';

const ports: FileStep = {
  kind: 'file',
  title: 'Choose the ports',
  path: '/etc/apache2/ports.conf',
  content: 'Listen 80\n<IfModule ssl_module>\n    Listen 443\n</IfModule>\n',
};

/** apache2 with PHP, http and https, serving the shared pages (document section 3.4). */
export function webServer(input: PartInput): RecipePart {
  const { documentRoot } = input.testbed.web;
  return {
    packages: ['apache2', 'php', 'libapache2-mod-php', 'openssl', 'curl'],
    install: [
      site('000-default', `<VirtualHost *:80>\n${siteBody(documentRoot)}</VirtualHost>\n`),
      site(
        'default-ssl',
        `<VirtualHost _default_:443>
${siteBody(documentRoot)}    SSLEngine on
    SSLCertificateFile ${certificate}
    SSLCertificateKeyFile ${key}
</VirtualHost>
`,
      ),
      {
        kind: 'file',
        title: 'Open the document root',
        path: '/etc/apache2/conf-enabled/document-root.conf',
        content: `ServerName ${input.node.name}.${input.testbed.domain}
<Directory ${documentRoot}/>
    Options Includes
    AllowOverride All
    Require all granted
</Directory>
`,
      },
      ports,
      {
        kind: 'command',
        // What a2enmod, a2ensite and a2dissite do, without starting Perl; the sites of the machine are not the node's.
        title: 'Enable the modules remoteip and ssl and the https site',
        run: `cd /etc/apache2
ln -sf ../mods-available/remoteip.load ../mods-available/socache_shmcb.load ../mods-available/ssl.load ../mods-available/ssl.conf mods-enabled/
for other in sites-enabled/*; do
  case $other in
    sites-enabled/000-default.conf | sites-enabled/default-ssl.conf) ;;
    *) rm -rf "$other" ;;
  esac
done
ln -sf ../sites-available/000-default.conf ../sites-available/default-ssl.conf sites-enabled/`,
      },
      ...certificateSteps(input),
    ],
    boot: [
      {
        kind: 'service',
        title: 'Start the web server',
        name: 'apache2',
        unit: 'apache2',
        start: 'apache2ctl start',
        pidFile: '/run/apache2/apache2.pid',
      },
    ],
    ready: [
      portCheck('The web server answers', '127.0.0.1', 80),
      portCheck('The web server answers with https', '127.0.0.1', 443),
    ],
  };
}

function site(name: string, content: string): FileStep {
  const path = `/etc/apache2/sites-available/${name}.conf`;
  return { kind: 'file', title: `Configure the site ${name}`, path, content };
}

function siteBody(documentRoot: string): string {
  return `    ServerAdmin webmaster@localhost
    DocumentRoot ${documentRoot}
    ErrorLog \${APACHE_LOG_DIR}/error.log
    CustomLog \${APACHE_LOG_DIR}/access.log combined
`;
}

/** RSA with 2048 bits, self-signed, valid for 365 days, as the document asks. */
function certificateSteps({ testbed, node, context }: PartInput): RecipeStep[] {
  const { webPrivateKey } = context.keys;
  const name = `${node.name}.${testbed.domain}`;
  const { address } = known(node.interfaces[0], `interface of "${node.name}"`);
  const alternatives = [...node.hostNames, name].map((host) => `DNS:${host}`).join(',');
  const make: CommandStep = {
    kind: 'command',
    title: 'Make a self-signed certificate',
    unless: `[ -s ${certificate} ] && [ -s ${key} ]`,
    run: `mkdir -p /etc/apache2/ssl
umask 077
openssl req -x509 -nodes -days 365 ${webPrivateKey === undefined ? `-newkey rsa:2048 -keyout ${key}` : `-key ${key}`} -out ${certificate} \\
  -subj /CN=${name} -addext subjectAltName=${alternatives},IP:${address}`,
  };
  if (webPrivateKey === undefined) return [make];
  return [{ kind: 'file', title: "Write the web servers' key", path: key, content: webPrivateKey, mode: '600' }, make];
}
