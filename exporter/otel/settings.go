package otel

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// Settings are the OTEL_ variables that firsttoken itself acts on. The OpenTelemetry SDK and its exporters
// read the others themselves (headers, certificates, compression, timeouts, limits of spans, intervals):
// https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
type Settings struct {
	Traces  bool // spans are sent
	Metrics bool // the registry is pushed

	tracesByGRPC, metricsByGRPC bool
	ratio                       float64 // of the spans that are kept only by sampling
	queue                       int     // spans that may wait for a collector
}

// variables are the process's environment. The last value of a name wins.
type variables map[string]string

// signal is the name of a signal as variables spell it.
type signal string

const (
	tracesSignal  signal = "TRACES"
	metricsSignal signal = "METRICS"
)

// FromEnvironment reads KEY=value pairs. Its error lists everything that is wrong with them. The SDK itself
// would fall back to its defaults and send to localhost.
func FromEnvironment(environ []string) (Settings, error) {
	v := variables{}
	for _, pair := range environ {
		if name, value, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, "OTEL_") {
			v[name] = strings.TrimSpace(value)
		}
	}
	if strings.EqualFold(v["OTEL_SDK_DISABLED"], "true") {
		return Settings{}, nil
	}
	var s Settings
	var errs [6]error
	s.Traces, errs[0] = v.on(tracesSignal, "otlp", "none")
	s.Metrics, errs[1] = v.on(metricsSignal, "otlp", "none", "prometheus")
	if s.Traces {
		s.tracesByGRPC, errs[2] = v.byGRPC(tracesSignal)
		s.ratio, errs[3] = v.ratio()
		s.queue, errs[4] = v.queue()
	}
	if s.Metrics {
		s.metricsByGRPC, errs[5] = v.byGRPC(metricsSignal)
	}
	if errs[5] != nil && errs[2] != nil && errs[5].Error() == errs[2].Error() {
		errs[5] = nil // one problem of both signals is reported once
	}
	if err := errors.Join(errs[:]...); err != nil {
		return Settings{}, fmt.Errorf("reading the environment: %w", err)
	}
	return s, nil
}

// on reports whether a signal is exported. Only OTLP sends anything; "prometheus" means that metrics are
// scraped, which they can be in any case.
func (v variables) on(s signal, known ...string) (bool, error) {
	if _, endpoint := v.endpoint(s); endpoint == "" {
		return false, nil // other variables may be meant for other programs
	}
	name := "OTEL_" + string(s) + "_EXPORTER"
	exporter := cmp.Or(v[name], "otlp")
	if !slices.Contains(known, exporter) {
		return false, fmt.Errorf("%s: unknown exporter %q: one of %s", name, exporter, strings.Join(known, ", "))
	}
	return exporter == "otlp", nil
}

// endpoint returns the endpoint of a signal and the variable that holds it.
func (v variables) endpoint(s signal) (name, value string) {
	const general = "OTEL_EXPORTER_OTLP_ENDPOINT"
	own := "OTEL_EXPORTER_OTLP_" + string(s) + "_ENDPOINT"
	if v[own] != "" {
		return own, v[own]
	}
	return general, v[general]
}

// byGRPC checks protocol and endpoint of a signal. Its errors do not repeat a bad endpoint, which may hold
// credentials.
func (v variables) byGRPC(s signal) (bool, error) {
	const general = "OTEL_EXPORTER_OTLP_PROTOCOL"
	own := "OTEL_EXPORTER_OTLP_" + string(s) + "_PROTOCOL"
	name, endpoint := v.endpoint(s)
	u, err := url.Parse(endpoint)
	web := err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
	switch protocol := cmp.Or(v[own], v[general], "http/protobuf"); protocol {
	case "grpc":
		if err != nil {
			return false, fmt.Errorf("%s: no URL: want something like http://collector:4317", name)
		}
		return true, nil
	case "http/protobuf", "http/json":
		if !web {
			return false, fmt.Errorf("%s: no URL of http:// or https://: want something like http://collector:4318", name)
		}
		return false, nil
	default:
		if v[own] == "" {
			own = general
		}
		return false, fmt.Errorf("%s: unknown protocol %q: one of http/protobuf, http/json, grpc", own, protocol)
	}
}

// ratio is the share to keep of the spans that are neither slow nor failed nor the first of a revision. Our
// spans have no parents, so a parent-based sampler behaves as it does for a root.
func (v variables) ratio() (float64, error) {
	sampler, arg := v["OTEL_TRACES_SAMPLER"], v["OTEL_TRACES_SAMPLER_ARG"]
	switch strings.TrimPrefix(sampler, "parentbased_") {
	case "", "always_on":
		return 1, nil
	case "always_off":
		return 0, nil
	case "traceidratio":
		ratio, err := strconv.ParseFloat(cmp.Or(arg, "1"), 64)
		if err != nil || !(ratio >= 0 && ratio <= 1) {
			return 0, fmt.Errorf("OTEL_TRACES_SAMPLER_ARG: %q is not between 0 and 1", arg)
		}
		return ratio, nil
	}
	return 0, fmt.Errorf("OTEL_TRACES_SAMPLER: unknown sampler %q: one of always_on, always_off, traceidratio, "+
		"each also as parentbased_…", sampler)
}

func (v variables) queue() (int, error) {
	const name = "OTEL_BSP_MAX_QUEUE_SIZE"
	if v[name] == "" {
		return sdktrace.DefaultMaxQueueSize, nil
	}
	n, err := strconv.Atoi(v[name])
	if err != nil || n < 1 || n > maxQueue {
		return 0, fmt.Errorf("%s: %q is not a whole number between 1 and %d", name, v[name], maxQueue)
	}
	return n, nil
}

// maxQueue keeps a typing error from taking all memory: each span needs about 4 kB.
const maxQueue = 100_000
