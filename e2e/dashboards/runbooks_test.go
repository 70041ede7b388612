package dashboards

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/tsdb"

	"github.com/firsttoken/firsttoken/e2e/promlab"
)

// TestRunbooks: every query of the runbooks can be asked, with T, I and N filled in, and finds something in the
// recorded incidents, but for those that have nothing to find there.
func TestRunbooks(t *testing.T) {
	all := runbookQueries(t)
	if len(all) < 60 {
		t.Errorf("only %d queries were found", len(all))
	}
	db, engine, nothing := classicWeek(t), promlab.NewEngine(), findsNothing()
	for _, query := range all {
		found := answered(t, engine, db, query)
		switch reason, listed := nothing[query]; {
		case found && listed:
			t.Errorf("it finds something, and is listed as one that does not: %s (%s)", query, reason)
		case !found && !listed:
			t.Errorf("it finds nothing in the recorded incidents: %s", query)
		}
		delete(nothing, query)
	}
	if len(nothing) > 0 {
		t.Errorf("listed, and in no runbook: %q", slices.Sorted(maps.Keys(nothing)))
	}
}

// findsNothing lists the queries that are empty in the recorded week, and why.
func findsNothing() map[string]string {
	failures := func(causes string) string {
		return `sum by (instance, cause) (increase(firsttoken_failures_total{cause=~"` + causes + `"}[1h])) > 0.5`
	}
	return map[string]string{
		`target_cache_context:firsttoken_ttft_at_load:z4h{target="T"}`: "" +
			"it speaks after four days of engine metrics",
		`target_instance:firsttoken_disagrees:bool{instance="I"}`:                            "there is one prober",
		`target_instance:firsttoken_down:failures{instance="I"}`:                             "no target was down",
		failures("file_descriptors|memory|key_file"):                                         "no prober lacked anything",
		`sum by (instance, config) (increase(firsttoken_sd_refresh_failures_total[1h])) > 0`: "the list was always read",
		`sum by (instance, outcome) (increase(firsttoken_requests_total{outcome=~"rejected|denied"}[15m])) > 0.5`: "" +
			"every request had a good key and address",
		`sum by (op, code) (increase(dcgm_errors_total{hostengine="N"}[1h])) > 0`:                   "no host engine failed",
		`sum by (quirk) (increase(firsttoken_quirks_total{target="T"}[1h])) > 0.5`:                  "no answer departed",
		`time() - (max by (target) (firsttoken_throttled_since_timestamp_seconds{target="T"}) > 0)`: "no server throttled",
		`up{role="dcgm"}`: "GPUs are read by firsttoken itself, not by dcgm-exporter",
	}
}

// runbookQueries are the pieces of code in the runbooks that ask for something: expressions that are more than a name.
func runbookQueries(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/runbooks.md")
	if err != nil {
		t.Fatal(err)
	}
	promQL := parser.NewParser(parser.Options{})
	ours := regexp.MustCompile(`\b(firsttoken_|dcgm_|process_|gpu:|target\w*:|instance:|up\{|ALERTS\{)`)
	var all []string
	for _, m := range regexp.MustCompile("`([^`\n]+)`").FindAllStringSubmatch(string(text), -1) {
		if !ours.MatchString(m[1]) || !strings.ContainsAny(m[1], "({") {
			continue
		}
		if _, err := promQL.ParseExpr(m[1]); err != nil {
			t.Errorf("%s: %v", m[1], err)
			continue
		}
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// answered says whether a query finds something about one of the recorded targets, probers or nodes, in the two hours
// of incidents.
func answered(t *testing.T, engine *promql.Engine, db *tsdb.DB, query string) bool {
	t.Helper()
	for _, names := range []*strings.Replacer{
		placeholders(first, "prober-0:9977", "b200-a"),
		placeholders("kimi-trtllm", "prober-1:9977", "b200-b"),
		placeholders("kimi-sglang", "prober-2:9977", "b200-c"),
	} {
		for ago := time.Duration(0); ago < 2*time.Hour; ago += 5 * time.Minute {
			found, err := promlab.Instant(t.Context(), engine, db, names.Replace(query), now().Add(-ago))
			if err != nil {
				t.Errorf("%s: %v", query, err)
				return true
			}
			if len(found) > 0 {
				return true
			}
		}
	}
	return false
}

func placeholders(target, instance, node string) *strings.Replacer {
	return strings.NewReplacer(`="T"`, `="`+target+`"`, `="I"`, `="`+instance+`"`, `="N"`, `="`+node+`"`)
}
