/** Recipes: what turns bare Debian systems into the nodes of a testbed. Data, and the one renderer that makes scripts of it. */
export type {
  CommandStep,
  FileStep,
  InitSystem,
  ReadinessCheck,
  Recipe,
  RecipeContext,
  RecipeStep,
  ServiceStep,
  Upload,
} from './recipe.ts';
export { renderMachineScript } from './machine-script.ts';
export type { MachineScriptStyle } from './machine-script.ts';
export { packagesFor } from './packages.ts';
export { recipesFor } from './recipes-for.ts';
export { webServersKey } from './web-key.ts';
export { bootScriptPath, renderBootScript, renderInstallScript } from './script.ts';
