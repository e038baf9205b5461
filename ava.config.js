import { availableParallelism } from 'node:os';

export default {
  files: ['test/**/*.test.ts'],
  extensions: ['ts'],
  workerThreads: false,
  // each file is a process, some start more of them or a browser; many wait rather than work
  concurrency: Math.min(4, Math.max(2, availableParallelism())),
  // without any test that ends
  timeout: '2m',
  environmentVariables: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
};
