// The bindings of which a process needs little: what a browser cannot do (snapshots, reports, profiles, tracing, single
// executables) says so, or tells that it is off.

import type { Binding, MakeBinding } from '../runtime.ts';

export const traceEvents: MakeBinding = () => ({
  available: false,
  getEnabledCategories: () => undefined,
  setTraceCategoryStateUpdateHandler: () => {},
  getCategoryEnabledBuffer: () => new Uint8Array(1),
  isTraceCategoryEnabled: () => false,
  trace: () => {},
});

export const mksnapshot: MakeBinding = () => ({
  setSerializeCallback: () => {},
  setDeserializeCallback: () => {},
  setDeserializeMainFunction: () => {},
  isBuildingSnapshotBuffer: new Uint8Array(1),
  runEmbedderPreload: () => {},
  anonymousMainPath: '__node_anonymous_main',
});

export const permission: MakeBinding = () => ({ has: () => true });

export const worker: MakeBinding = () => ({
  isMainThread: true,
  isInternalThread: false,
  ownsProcessState: true,
  threadId: 0,
  threadName: '',
  resourceLimits: new Float64Array(4),
  getEnvMessagePort: () => undefined,
});

export const wasmWebApi: MakeBinding = () => ({ setImplementation: () => {} });

export const sea: MakeBinding = () => ({ isSea: () => false, isExperimentalSeaWarningNeeded: () => false });

export const report: MakeBinding = () => {
  const values: Record<string, unknown> = {
    Compact: false,
    ExcludeNetwork: false,
    ExcludeEnv: false,
    Directory: '',
    Filename: '',
    Signal: 'SIGUSR2',
  };
  const binding: Binding = {};
  // There are no reports, so these switches are only kept.
  for (const name of ['OnFatalError', 'OnSignal', 'OnUncaughtException']) {
    let on = false;
    binding[`shouldReport${name}`] = () => on;
    binding[`setReport${name}`] = (value: boolean) => {
      on = value;
    };
  }
  for (const name of Object.keys(values)) {
    binding[`get${name}`] = () => values[name];
    binding[`set${name}`] = (value: unknown) => {
      values[name] = value;
    };
  }
  return binding;
};

export const performance: MakeBinding = (node) => {
  const milestones = new Float64Array(8);
  milestones.fill(node.host.timeOrigin);
  const start = node.host.now() * 1e6;
  // timeOriginTimestamp and timeOrigin, then when the bootstrap was over.
  milestones[0] = node.host.timeOrigin * 1000;
  milestones[1] = 0;
  for (let i = 2; i < milestones.length; i++) milestones[i] = start;
  return {
    observerCounts: new Uint32Array(5),
    milestones,
    setupObservers: () => {},
    installGarbageCollectionTracking: () => {},
    removeGarbageCollectionTracking: () => {},
    notify: () => {},
    loopIdleTime: () => 0,
    uvMetricsInfo: () => [0, 0, 0],
    now: () => node.host.now(),
    markBootstrapComplete: (): void => {
      milestones[7] = node.host.now() * 1e6;
    },
  };
};

export const v8: MakeBinding = () => ({
  cachedDataVersionTag: () => 0,
  setFlagsFromString: () => {},
  setHeapSnapshotNearHeapLimit: () => {},
  isStringOneByteRepresentation: (text: string) => /^[\0-\xff]*$/.test(text),
  heapStatisticsBuffer: new Float64Array(14),
  heapCodeStatisticsBuffer: new Float64Array(4),
  heapSpaceStatisticsBuffer: new Float64Array(5),
  updateHeapStatisticsBuffer: () => {},
  updateHeapCodeStatisticsBuffer: () => {},
  updateHeapSpaceStatisticsBuffer: () => {},
  kHeapSpaces: [],
  startupSnapshot: {},
});

/** Objects of a kind cannot be listed. */
export const internalOnlyV8: MakeBinding = () => ({ queryObjects: () => [] });

export const uv: MakeBinding = (node) => ({
  errname: (errno: number) => node.uv.nameOf(errno),
  getErrorMap: () => new Map(node.library.tables.errorMap),
  getErrorMessage: (errno: number) => node.uv.messageOf(errno),
});

export const symbolsBinding: MakeBinding = (node) => ({ ...node.symbols });

export const config: MakeBinding = () => ({
  hasInspector: false,
  hasOpenSSL: true,
  fipsMode: false,
  hasTracing: false,
  getDefaultLocale: () => new Intl.DateTimeFormat().resolvedOptions().locale,
});
