import type { Tracer } from '@opentelemetry/api';

/** Where spans go, by OpenTelemetry's own environment variables. */
export interface TracingSettings {
  /** The full address that takes OTLP over HTTP: `http://127.0.0.1:4318/v1/traces`. */
  readonly url: string;
}

/** Makes spans, and sends them. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what is left, for 5 seconds at most. */
  stop(): Promise<void>;
}

const FLUSH_LIMIT_MS = 5_000;

/**
 * Reads `OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT`, `OTEL_TRACES_EXPORTER` and `OTEL_SDK_DISABLED`.
 *
 * @returns undefined when nothing is to be traced
 * @throws Error when an address is none
 * @see https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function readTracing(env: Readonly<NodeJS.ProcessEnv>): TracingSettings | undefined {
  const all = env['OTEL_EXPORTER_OTLP_ENDPOINT'];
  const ofTraces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'];
  const isOff = env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  const url = ofTraces || (all && `${all.replace(/\/$/, '')}/v1/traces`);
  if (!url || isOff) return undefined;
  if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
    throw new Error('OTEL_EXPORTER_OTLP_ENDPOINT must be an http address, such as http://127.0.0.1:4318');
  }
  return { url };
}

/**
 * Starts to trace. Spans are sampled as `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say (by default all, unless the caller's
 * `traceparent` says otherwise), sent in the background, and dropped when more than 2,048 wait. Nothing of OpenTelemetry's SDK is loaded before this is called.
 *
 * @param service what spans are said to be of: `customer360-gateway`. `OTEL_RESOURCE_ATTRIBUTES` adds to it
 */
export async function openTracing(service: string, { url }: TracingSettings): Promise<Tracing> {
  const [{ BatchSpanProcessor, NodeTracerProvider }, { OTLPTraceExporter }, resources, { ATTR_SERVICE_NAME }] =
    await Promise.all([
      import('@opentelemetry/sdk-trace-node'),
      import('@opentelemetry/exporter-trace-otlp-http'),
      import('@opentelemetry/resources'),
      import('@opentelemetry/semantic-conventions'),
    ]);
  const { defaultResource, detectResources, envDetector, resourceFromAttributes } = resources;
  const provider = new NodeTracerProvider({
    // One environment may be that of several services, so their names are ours.
    resource: defaultResource()
      .merge(detectResources({ detectors: [envDetector] }))
      .merge(resourceFromAttributes({ [ATTR_SERVICE_NAME]: service })),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  return {
    tracer: provider.getTracer('customer360'),
    async stop() {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, FLUSH_LIMIT_MS)));
      // A collector that is away must not keep the process from ending.
      await Promise.race([provider.shutdown().catch(() => undefined), limit]);
      clearTimeout(timer);
    },
  };
}
