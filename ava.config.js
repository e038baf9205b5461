export default {
  files: ['test/**/*.test.ts'],
  extensions: { ts: 'module' },
  workerThreads: false,
  timeout: '60s',
  environmentVariables: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
};
