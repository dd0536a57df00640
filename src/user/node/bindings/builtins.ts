// internalBinding('builtins') and ('options'): the library itself, and the command line.

import type { Dict, Fn, MakeBinding } from '../runtime.ts';

const experimental = new Set(['sqlite', 'quic']);

export const builtins: MakeBinding = (node) => ({
  builtinIds: node.library.ids,
  get builtinCategories(): Dict {
    const ids = node.library.ids.filter((id) => !experimental.has(id));
    return {
      canBeRequired: ids.filter((id) => !id.startsWith('internal/')),
      cannotBeRequired: ids.filter((id) => id.startsWith('internal/')),
    };
  },
  get natives(): Dict {
    return Object.fromEntries(node.library.ids.map((id) => [id, node.library.source(id)]));
  },
  config: node.library.tables.process.config,
  compileFunction: (id: string) => node.compile(id),
  hasCachedBuiltins: () => true,
  setInternalLoaders: (internalBinding: Fn, require: Fn): void => {
    node.internalBinding = internalBinding as (name: string) => Dict;
    node.require = require as (id: string) => Dict;
  },
});

export const options: MakeBinding = (node) => {
  const { infos, aliases } = node.library.tables.options;
  return {
    getCLIOptionsValues: (): Dict => {
      const values: Dict = { ...node.options.values };
      for (const [name, value] of Object.entries(node.options.values))
        if (typeof value === 'boolean' && name.startsWith('--')) values[`--no-${name.slice(2)}`] = !value;
      return values;
    },
    getCLIOptionsInfo: () => ({ options: new Map(infos), aliases: new Map(aliases) }),
    getOptionsAsFlags: () => [...node.options.execArgv],
    getEmbedderOptions: () => ({
      shouldNotRegisterESMLoader: false,
      noGlobalSearchPaths: false,
      noBrowserGlobals: false,
      hasEmbedderPreload: false,
    }),
    getEnvOptionsInputType: () => new Map<string, string>(),
    getNamespaceOptionsInputType: () => new Map<string, unknown>(),
  };
};
