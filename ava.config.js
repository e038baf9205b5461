export default {
  files: ['test/**/*.test.ts'],
  extensions: ['ts'],
  workerThreads: false,
  timeout: '60s',
  environmentVariables: { NODE_OPTIONS: '--disable-warning=ExperimentalWarning' },
};
