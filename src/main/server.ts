import { enableCompileCache } from 'node:module';

// compiled code is kept between starts: they take half the time
enableCompileCache();
const { run } = await import('./run.ts');
await run();
