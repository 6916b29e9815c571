import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';

export type CallResult = 'ok' | 'failed' | 'error';

export interface Metrics {
  countRequest(route: string, status: number): void;
  /** `failed`: the tool or its sandbox. `error`: us. */
  countCall(result: CallResult, seconds: number): void;
  countColdStart(seconds: number): void;
  countCrash(): void;
  /** Prometheus' text format. */
  render(): Promise<{ contentType: string; text: string }>;
}

/** No label carries a slug or a tool: their number is unbounded, and they are the tenants'. */
export function createMetrics(liveSandboxes: () => number): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'bmm_gateway_requests_total',
    help: 'HTTP requests by route and status.',
    labelNames: ['route', 'status'],
    registers,
  });
  const calls = new Histogram({
    name: 'bmm_gateway_tool_call_seconds',
    help: 'Tool calls by result, with their cold start.',
    labelNames: ['result'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  });
  const coldStarts = new Histogram({
    name: 'bmm_gateway_sandbox_cold_start_seconds',
    help: 'From the call that needed a sandbox until it took calls.',
    buckets: [0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2],
    registers,
  });
  const crashes = new Counter({
    name: 'bmm_gateway_sandbox_crashes_total',
    help: 'Sandboxes that ended by themselves or were killed by the watchdog.',
    registers,
  });
  new Gauge({
    name: 'bmm_gateway_sandboxes_live',
    help: 'Sandboxes that run now.',
    registers,
    collect() {
      this.set(liveSandboxes());
    },
  });
  return {
    countRequest: (route, status) => requests.inc({ route, status }),
    countCall: (result, seconds) => calls.observe({ result }, seconds),
    countColdStart: (seconds) => coldStarts.observe(seconds),
    countCrash: () => crashes.inc(),
    render: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}
