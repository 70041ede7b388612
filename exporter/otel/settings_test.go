package otel

import (
	"strings"
	"testing"
)

func TestSettings(t *testing.T) {
	const everywhere = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318"
	both := Settings{Traces: true, Metrics: true, ratio: 1, queue: 2048}
	for _, row := range []struct {
		environ string // separated by spaces
		want    Settings
	}{
		{"", Settings{}}, // off unless an endpoint is set
		{
			"OTEL_SERVICE_NAME=x OTEL_TRACES_EXPORTER=console OTEL_TRACES_SAMPLER=jaeger_remote",
			Settings{},
		}, // for other programs
		{everywhere, both},
		{everywhere + " OTEL_SDK_DISABLED=true", Settings{}},
		{everywhere + " OTEL_TRACES_EXPORTER=none", Settings{Metrics: true}},
		{everywhere + " OTEL_METRICS_EXPORTER=none", Settings{Traces: true, ratio: 1, queue: 2048}},
		{everywhere + " OTEL_METRICS_EXPORTER=prometheus", Settings{Traces: true, ratio: 1, queue: 2048}}, // is scraped
		{"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=http://tempo:4318/v1/traces", Settings{Traces: true, ratio: 1, queue: 2048}},
		{"OTEL_EXPORTER_OTLP_METRICS_ENDPOINT=https://mimir/otlp/v1/metrics", Settings{Metrics: true}},
		{everywhere + " OTEL_TRACES_SAMPLER=always_off", Settings{Traces: true, Metrics: true, queue: 2048}},
		{everywhere + " OTEL_TRACES_SAMPLER=parentbased_always_on", both},
		{everywhere + " OTEL_TRACES_SAMPLER=traceidratio", both}, // its argument is 1 unless it is given
		{
			everywhere + " OTEL_TRACES_SAMPLER=parentbased_traceidratio OTEL_TRACES_SAMPLER_ARG=0.25",
			Settings{Traces: true, Metrics: true, ratio: .25, queue: 2048},
		},
		{everywhere + " OTEL_BSP_MAX_QUEUE_SIZE=100", Settings{Traces: true, Metrics: true, ratio: 1, queue: 100}},
		{
			everywhere + " OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=http/protobuf",
			Settings{Traces: true, Metrics: true, tracesByGRPC: true, ratio: 1, queue: 2048},
		},
		{"OTEL_EXPORTER_OTLP_ENDPOINT=http://old " + everywhere, both}, // as a shell has it: the last wins
	} {
		got, err := FromEnvironment(strings.Fields(row.environ))
		if err != nil || got != row.want {
			t.Errorf("%s:\n got %+v %v\nwant %+v", row.environ, got, err, row.want)
		}
	}
}

func TestBadSettings(t *testing.T) {
	const everywhere = "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318 "
	for _, row := range []struct{ environ, want string }{
		{"OTEL_EXPORTER_OTLP_ENDPOINT=collector:4318", // the SDK would send to localhost
			"OTEL_EXPORTER_OTLP_ENDPOINT: no URL of http:// or https://: want something like http://collector:4318"},
		{
			"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=secret@collector",
			"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: no URL of http:// or https://: want something like http://collector:4318",
		},
		{everywhere + "OTEL_TRACES_EXPORTER=jaeger", `OTEL_TRACES_EXPORTER: unknown exporter "jaeger": one of otlp, none`},
		{
			everywhere + "OTEL_METRICS_EXPORTER=console",
			`OTEL_METRICS_EXPORTER: unknown exporter "console": one of otlp, none, prometheus`,
		},
		{everywhere + "OTEL_EXPORTER_OTLP_PROTOCOL=thrift", `OTEL_EXPORTER_OTLP_PROTOCOL: unknown protocol "thrift"`},
		{everywhere + "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=udp", `OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: unknown protocol "udp"`},
		{everywhere + "OTEL_TRACES_SAMPLER=xray", `OTEL_TRACES_SAMPLER: unknown sampler "xray"`},
		{
			everywhere + "OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=2",
			`OTEL_TRACES_SAMPLER_ARG: "2" is not between 0 and 1`,
		},
		{
			everywhere + "OTEL_TRACES_SAMPLER=traceidratio OTEL_TRACES_SAMPLER_ARG=NaN",
			`OTEL_TRACES_SAMPLER_ARG: "NaN" is not between 0 and 1`,
		},
		{everywhere + "OTEL_BSP_MAX_QUEUE_SIZE=0", `OTEL_BSP_MAX_QUEUE_SIZE: "0" is not a whole number between 1 and 100000`},
	} {
		s, err := FromEnvironment(strings.Fields(row.environ))
		if err == nil || !strings.Contains(err.Error(), row.want) ||
			strings.Contains(err.Error(), "secret") || s != (Settings{}) {
			t.Errorf("%s: %v, want %s", row.environ, err, row.want)
		}
	}
	_, err := FromEnvironment(strings.Fields(everywhere +
		"OTEL_TRACES_SAMPLER=xray OTEL_BSP_MAX_QUEUE_SIZE=x OTEL_EXPORTER_OTLP_METRICS_PROTOCOL=udp"))
	if n := strings.Count(err.Error(), "\n") + 1; n != 3 {
		t.Errorf("%d problems, want all 3 at once: %v", n, err)
	}
}
