// Stands in for an app: answers on a port, or says a line. `--stubborn` ignores SIGTERM and the closed pipe and has a child.
import { spawn } from 'node:child_process';
import { createServer } from 'node:http';

const [port, ...flags] = process.argv.slice(2);
if (flags.includes('--crash')) {
  console.error('cannot read the settings');
  process.exit(3);
}
if (flags.includes('--stubborn')) {
  process.on('SIGTERM', () => console.log('ignores SIGTERM'));
  spawn('sleep', ['600'], { stdio: 'ignore' });
} else {
  process.once('SIGTERM', () => {
    console.log('stops');
    process.exit(0);
  });
  if (flags.includes('--watches-parent')) process.stdin.once('end', () => process.exit(0)).resume();
}
createServer((_, response) => response.end('ok')).listen(Number(port), '127.0.0.1', () => {
  console.log(`stand-in ready ${process.pid}`);
});
