import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** A process of its own, so that its answers come whenever they do: `tls-server.ts KEY CERT`. Tells its parent the port. */
const [key = '', cert = ''] = process.argv.slice(2);
let connections = 0;
const server = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
  request.resume().on('end', () => response.end(String(connections)));
});
server.on('secureConnection', () => {
  connections += 1;
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
