package exporter

import (
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/prober/chat"
)

//go:generate go test . -run ^TestDocs$ -update

// Catalogue lists every family that this package exposes under the name firsttoken_, sorted by name.
// The rows are the values from which the descriptors are made, so they cannot say anything else.
func Catalogue() ([]Family, error) {
	reg := prometheus.NewRegistry()
	_, perTarget := newMetrics(reg, MetricsOptions{})
	_, reloads := newReloads(reg)
	_, trust := newTrust(reg, TrustOptions{})
	results := &shelf{reg: reg}
	results.writeErrors()
	var all []Family
	for _, s := range []*shelf{perTarget, reloads, trust, results, newProcess(reg)} {
		if err := s.err(); err != nil {
			return nil, fmt.Errorf("registering for the catalogue: %w", err)
		}
		all = append(all, s.families...)
	}
	slices.SortFunc(all, func(a, b Family) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

const metricsIntro = `# Metrics

Generated from the code by ` + "`go generate ./exporter`" + `; a test keeps it so.

All series of a target exist, at zero, from the moment the target starts, and go when it goes. Those named
` + "`firsttoken_target_revision_*`" + ` are the exception: nothing is known of a revision before the first good answer.
Everything that describes a target is on ` + "`firsttoken_target_info`" + `; join it with ` + "`* on(target) group_left(model, region)`" + `.

Histograms are classic and native at once (factor 1.1). Classic bounds are those below and the thresholds of the SLOs that are
configured when the process starts; no rule should depend on a classic bucket, as a server that ingests native histograms may drop it.
In OpenMetrics, the buckets of latency histograms carry exemplars with the ` + "`request_id`" + ` of a line in the results file; where
traces are sent ([OpenTelemetry](opentelemetry.md)), only those of exchanges whose span was kept, with its ` + "`trace_id` and `span_id`" + `.

| when an exchange … | finishes | fails after its first token | fails before it | is a bootstrap turn |
|---|---|---|---|---|
| requests, tokens, cost, revision | counted (revision: good answers only) | counted | counted | counted |
| TTFT, from schedule, first output token, server wait, ` + "`ttft_log`" + ` | observed | observed: it had one | – | – |
| duration, stall, inter-token, output tokens per second | observed | –: they would look better than they were | – | – |
| connect, upload, schedule lag, receive lag, retransmits | observed | observed | what there was | observed |

Besides these, the process exposes the usual ` + "`go_*`, `process_*` and `promhttp_*`" + ` series, and where OTLP is in use ` + "`firsttoken_otel_*`" + `
([OpenTelemetry](opentelemetry.md)).

`

// WriteCatalogue writes docs/metrics.md.
func WriteCatalogue(w io.Writer, families []Family) error {
	var md strings.Builder
	md.WriteString(metricsIntro)
	md.WriteString("| name | type | unit | labels | what |\n|---|---|---|---|---|\n")
	for _, f := range families {
		fmt.Fprintf(&md, "| `%s` | %s | %s | %s | %s |\n", f.Name, f.Type, f.Unit, labelsText(f.Labels), f.Help)
	}
	md.WriteString("\n## Classic bounds\n\n| name | upper bounds |\n|---|---|\n")
	for _, f := range families {
		if f.Type == TypeHistogram {
			fmt.Fprintf(&md, "| `%s` | %s |\n", f.Name, numbers(f.Buckets))
		}
	}
	_, err := io.WriteString(w, md.String())
	return err
}

// labelsText is "`target`, `cache` (cold, warm)": values only where they are a closed set.
func labelsText(labels []Label) string {
	parts := make([]string, len(labels))
	for i, l := range labels {
		parts[i] = "`" + l.Name + "`"
		if len(l.Values) > 0 {
			parts[i] += " (" + strings.Join(l.Values, ", ") + ")"
		}
	}
	return strings.Join(parts, ", ")
}

func numbers(values []float64) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = strconv.FormatFloat(v, 'g', -1, 64)
	}
	return strings.Join(parts, " ")
}

const resultsIntro = `# Results file

Generated from the code by ` + "`go generate ./exporter`" + `; a test keeps it so.

One JSON object per line and per result, in the order in which answers ended. ` + "`firsttoken once --json`" + ` prints the same object, and
` + "`/targets`" + ` lists the last ones. What did not happen or was not said is left out; it is never 0 or null where 0 could be meant.
Fields may be added to version 1; none of them changes its meaning or goes.

Every series can be recomputed from these lines. The share of warm first tokens within two seconds, for example:

` + "```" + `
jq -s '[.[] | select(.phase == "warm" and .ttft_ns) | .ttft_ns <= 2e9] | (map(select(.)) | length) / length' results.jsonl
` + "```" + `

`

// WriteSchema writes docs/results.md from the fields of Record.
func WriteSchema(w io.Writer) error {
	var md strings.Builder
	md.WriteString(resultsIntro)
	md.WriteString("| field | type | always there | what |\n|---|---|---|---|\n")
	fields(&md, "", reflect.TypeFor[Record]())
	_, err := io.WriteString(w, md.String())
	return err
}

func fields(md *strings.Builder, prefix string, of reflect.Type) {
	for f := range of.Fields() {
		name, option, _ := strings.Cut(f.Tag.Get("json"), ",")
		always := "yes"
		if option == "omitempty" {
			always = ""
		}
		what := strings.ReplaceAll(f.Tag.Get("doc"), "{outcomes}", chat.OutcomeNames())
		fmt.Fprintf(md, "| `%s%s` | %s | %s | %s |\n", prefix, name, jsonType(f.Type), always, what)
		if f.Type == reflect.TypeFor[*Tokens]() {
			fields(md, name+".", f.Type.Elem())
		}
	}
}

func jsonType(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t.Kind() == reflect.Int, t.Kind() == reflect.Int64:
		return "integer"
	case t.Kind() == reflect.Float64:
		return "number"
	case t.Kind() == reflect.Bool:
		return "boolean"
	case t.Kind() == reflect.String:
		return "string"
	case t.String() == "time.Time":
		return "string"
	}
	return "object"
}
