import type { ExecutionContext } from 'ava';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../sandbox/index.ts';

/** A sandbox of its own for each test, stopped afterwards. */
export const withSandbox = async (
  t: ExecutionContext<unknown>,
  options: SandboxOptions = {},
): Promise<Sandbox> => {
  const sandbox = await startSandbox(options);
  t.teardown(() => sandbox.stop());
  return sandbox;
};
