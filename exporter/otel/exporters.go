package otel

import (
	"context"
	"fmt"
	"net/http"
	"os"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetricgrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracegrpc"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// spanExporter reads everything about its endpoint from the environment.
func spanExporter(ctx context.Context, o Options) (e sdktrace.SpanExporter, err error) {
	if o.Settings.tracesByGRPC {
		e, err = otlptracegrpc.New(ctx)
	} else {
		var options []otlptracehttp.Option
		if o.Transport != nil {
			options = append(options, otlptracehttp.WithHTTPClient(&http.Client{Transport: o.Transport}))
		}
		e, err = otlptracehttp.New(ctx, options...)
	}
	if err != nil {
		return nil, fmt.Errorf("setting up the export of traces: %w", err)
	}
	return e, nil
}

func metricExporter(ctx context.Context, o Options) (e sdkmetric.Exporter, err error) {
	if o.Settings.metricsByGRPC {
		e, err = otlpmetricgrpc.New(ctx)
	} else {
		var options []otlpmetrichttp.Option
		if o.Transport != nil {
			options = append(options, otlpmetrichttp.WithHTTPClient(&http.Client{Transport: o.Transport}))
		}
		e, err = otlpmetrichttp.New(ctx, options...)
	}
	if err != nil {
		return nil, fmt.Errorf("setting up the push of metrics: %w", err)
	}
	return e, nil
}

// identity is who sends: service.name firsttoken and the host's name as service.instance.id, which
// Prometheus makes the labels job and instance of, unless OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES
// say otherwise.
func identity(ctx context.Context, version string) (*resource.Resource, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // the name is a label and no more
	}
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			attribute.String("service.name", "firsttoken"),
			attribute.String("service.version", version),
			attribute.String("service.instance.id", host),
		),
		resource.WithFromEnv(), // last: it wins
	)
	if err != nil {
		return nil, fmt.Errorf("reading OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return about, nil
}
