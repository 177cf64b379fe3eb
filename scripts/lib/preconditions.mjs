import { isOnPath, missingPackages } from './host-packages.mjs';

/** What package.json asks for: the first Node 20 that loads ES modules with `require`, which some of our tools do. */
const LEAST_NODE = [20, 19];

const needsRoot = `Relevo needs root to start labs here, and this is an ordinary user. Root is needed to make network and process namespaces,
bridges and mounts for the lab's nodes, and, the first time, to install Debian packages. Nothing was changed. Your choices:

  sudo npm start                  everything: installs, builds, starts the TFG's cluster, opens the window as you
  sudo npx relevo up tfg          only the cluster, in a terminal (after npm ci && npm run build)
  npx relevo serve                as you, without labs: look at testbeds and plans in a browser; labs on this
                                  machine then say that they need root

The window itself never runs as root: under sudo it is opened as the user who called it.`;

/** Why nothing can be started here, with what to do; undefined when it can. Changes nothing. */
export function refusalToStart(system = thisSystem()) {
  const { platform, node, uid } = system;
  if (!isNewEnough(node)) {
    return `Relevo needs Node ${LEAST_NODE.join('.')} or newer; this is ${node}.\nSee https://nodejs.org/ for a current one. Nothing was changed.`;
  }
  // Virtual machines need no root, and elsewhere there is nothing else.
  if (platform !== 'linux') return undefined;
  if (uid !== 0) return needsRoot;
  return system.missing.length > 0 && !system.hasApt ? needsPackages(system.missing) : undefined;
}

/** What "npm start" does where labs in namespaces cannot be; undefined on Linux. */
export function insteadOfNamespaces(platform = process.platform) {
  if (platform === 'linux') return undefined;
  const system = { win32: 'Windows', darwin: 'macOS' }[platform] ?? platform;
  return `Labs in namespaces need Linux; this is ${system}. Relevo starts without a lab. It runs labs as virtual machines here, and needs Vagrant and
VirtualBox for that: choose a testbed and "VirtualBox" in the window, or in another terminal:

  npx relevo doctor tfg                                     what stands in the way, and what mends it
  npx relevo up tfg --provider virtualbox --stack classic
  npx relevo export vagrantfile tfg -o FOLDER --stack classic

Our own director is a Linux program that is built on Linux; "--stack classic" runs the document's software in its place.`;
}

const thisSystem = () => ({
  platform: process.platform,
  node: process.versions.node,
  uid: process.getuid?.(),
  missing: process.platform === 'linux' ? missingPackages('start') : [],
  hasApt: isOnPath('apt-get'),
});

function needsPackages(missing) {
  const lines = missing.map(({ name, reason }) => `  ${name}: ${reason}`);
  return `Relevo needs programs that this machine lacks, and there is no apt-get here to install them with. By their Debian names:

${lines.join('\n')}

Install them with this machine's own package manager and run "npm start" again, or use a Debian 12 machine: the nodes' own
software comes from Debian packages too. "npm start -- --no-window" starts without a browser. Nothing was changed.`;
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1]);
}
