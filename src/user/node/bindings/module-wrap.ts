// internalBinding('module_wrap') (module_wrap.cc): see ../esm/ for modules themselves.

import type { Fn, MakeBinding } from '../runtime.ts';

export const moduleWrap: MakeBinding = (node) => ({
  ModuleWrap: class ModuleWrap {
    constructor() {
      throw Object.assign(new Error('ECMAScript modules are not implemented'), { code: 'ERR_METHOD_NOT_IMPLEMENTED' });
    }
  },
  setImportModuleDynamicallyCallback: (callback: Fn) => {
    node.dynamicImports.callback = callback;
  },
  setInitializeImportMetaObjectCallback: () => {},
  throwIfPromiseRejected: () => {},
});
