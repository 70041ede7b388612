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

// spanExporter makes an exporter that reads its endpoint from the environment.
//
//nolint:dupl // the two signals have types of their own for the same steps
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

// metricExporter makes an exporter that reads its endpoint from the environment.
//
//nolint:dupl // as spanExporter
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

// resourceOf describes this process: service.name is firsttoken and service.instance.id is the host's name,
// unless OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say otherwise. Prometheus turns them into the
// labels job and instance.
func resourceOf(ctx context.Context, version string) (*resource.Resource, error) {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown" // the name is only a label
	}
	about, err := resource.New(ctx,
		resource.WithTelemetrySDK(),
		resource.WithAttributes(
			attribute.String("service.name", "firsttoken"),
			attribute.String("service.version", version),
			attribute.String("service.instance.id", host),
		),
		resource.WithFromEnv(), // the last option wins
	)
	if err != nil {
		return nil, fmt.Errorf("reading OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	return about, nil
}
