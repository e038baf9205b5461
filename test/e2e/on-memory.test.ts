/** The same conversations over the store that nothing outlives. */
process.env.E2E_STORE = 'memory';
await import('./conversation.test.ts');
