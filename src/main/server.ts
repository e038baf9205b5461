import { enableCompileCache } from 'node:module';

// compiled code is kept between starts: they take half the time
enableCompileCache();
const { keepHeapLean } = await import('./lean-heap.ts');
keepHeapLean();
const { run } = await import('./run.ts');
await run();
