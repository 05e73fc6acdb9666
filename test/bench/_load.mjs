// A load generator in a process of its own: keep-alive connections, each sending the next review when answered.
// Arguments: port, connections, milliseconds, file with the body. Prints one line of JSON.
import { readFileSync } from 'node:fs';
import { connect } from 'node:tls';

const [port, connections, duration, file] = process.argv.slice(2);
const body = readFileSync(file);
const request = Buffer.concat([
  Buffer.from(
    `POST /validate?timeout=10s HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  ),
  body,
]);
const latencies = [];
let failed = 0;
const end = performance.now() + Number(duration);

/** One connection: answers are counted by their content-length. */
function open() {
  return new Promise((resolve) => {
    const socket = connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    let sent = 0;
    let pending = '';
    const send = () => {
      sent = performance.now();
      socket.write(request);
    };
    socket.setNoDelay(true);
    socket.on('secureConnect', send);
    socket.on('data', (chunk) => {
      pending += chunk.toString('latin1');
      const head = pending.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(pending)?.[1] ?? 0);
      if (pending.length < head + 4 + length) return;
      if (!pending.startsWith('HTTP/1.1 200')) failed++;
      latencies.push(performance.now() - sent);
      pending = '';
      if (performance.now() < end) send();
      else socket.end(resolve);
    });
    socket.on('error', () => {
      failed++;
      resolve();
    });
  });
}

// Never sleeps: otherwise a server that is a little slower is charged for waking its client up as well (measured: 6 µs a
// request), which a busy API server does not need.
const stayAwake = () => {
  if (performance.now() < end) setImmediate(stayAwake);
};
stayAwake();
const started = performance.now();
await Promise.all(Array.from({ length: Number(connections) }, open));
const seconds = (performance.now() - started) / 1000;
latencies.sort((a, b) => a - b);
const at = (share) => latencies[Math.floor(latencies.length * share)] ?? 0;
process.stdout.write(
  `${JSON.stringify({ rps: latencies.length / seconds, p50: at(0.5), p99: at(0.99), failed, count: latencies.length })}\n`,
);
