package metrics

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// Catalogue lists every family that this package exposes under the name firsttoken_, sorted by name.
// The rows are the values from which the descriptors are made, so they cannot say anything else.
func Catalogue() ([]series.Family, error) {
	reg := prometheus.NewRegistry()
	_, perTarget := newTargets(reg, Options{})
	_, reloads := newReloads(reg)
	_, trust := newTrust(reg, TrustOptions{})
	_, missing := newMissingResults(reg)
	var all []series.Family
	for _, s := range []*series.Registry{perTarget, reloads, trust, missing, newProcess(reg)} {
		if err := s.Err(); err != nil {
			return nil, fmt.Errorf("registering for the catalogue: %w", err)
		}
		all = append(all, s.Families()...)
	}
	slices.SortFunc(all, func(a, b series.Family) int { return strings.Compare(a.Name, b.Name) })
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
func WriteCatalogue(w io.Writer, families []series.Family) error {
	var md strings.Builder
	md.WriteString(metricsIntro)
	md.WriteString("| name | type | unit | labels | what |\n|---|---|---|---|---|\n")
	for _, f := range families {
		fmt.Fprintf(&md, "| `%s` | %s | %s | %s | %s |\n", f.Name, f.Type, f.Unit, labelsText(f.Labels), f.Help)
	}
	md.WriteString("\n## Classic bounds\n\n| name | upper bounds |\n|---|---|\n")
	for _, f := range families {
		if f.Type == series.TypeHistogram {
			fmt.Fprintf(&md, "| `%s` | %s |\n", f.Name, numbers(f.Buckets))
		}
	}
	_, err := io.WriteString(w, md.String())
	return err
}

// labelsText is "`target`, `cache` (cold, warm)": values only where they are a closed set.
func labelsText(labels []series.Label) string {
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
