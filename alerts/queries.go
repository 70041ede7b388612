package alerts

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// queries are what the runbook of each alert asks, by the alert's full name. T stands for the target, I for a prober's
// instance and N for a host engine.
func queries() map[string][]string {
	all := map[string][]string{}
	for _, topic := range []map[string][]string{
		sloQueries(), answerQueries(), loadQueries(), speedQueries(), engineQueries(), proberQueries(),
	} {
		for name, queries := range topic {
			all[Prefix+name] = queries
		}
	}
	return all
}

// queriesURL is a template of a link that opens the queries in Prometheus, with the alert's own labels in place of T, I
// and N. Labels that tell targets of one name apart are added, but for job: engines are scraped by another one.
func (b builder) queriesURL(queries []string) string {
	if len(queries) == 0 {
		return ""
	}
	var panels []string
	for i, q := range queries {
		query, args := b.filledIn(q)
		panels = append(panels, fmt.Sprintf(`g%d.range_input=6h&g%d.tab=0&g%d.expr={{ printf %s%s | urlquery }}`,
			i, i, i, strconv.Quote(query), args))
	}
	return "{{ $externalURL }}/graph?" + strings.Join(panels, "&")
}

// filledIn is a query as a format of printf, with its arguments.
func (b builder) filledIn(query string) (format, args string) {
	own := map[string]string{
		`target="T"`:     b.byEngine,
		`instance="I"`:   strings.TrimSuffix(b.byEngine, "target") + b.Replica,
		`hostengine="N"`: b.byNode,
	}
	query = strings.ReplaceAll(query, "by (instance", "by ("+b.Replica)
	places := regexp.MustCompile(strings.Join(slices.Sorted(maps.Keys(own)), "|"))
	format = places.ReplaceAllStringFunc(query, func(place string) string {
		matchers, values := ownMatchers(own[place])
		args += values
		return strings.Join(matchers, ",")
	})
	return format, args
}

// Queries that several alerts share.
const (
	cacheShare       = `target:firsttoken_prefix_cache_reported_expected:ratio30m{target="T"}`
	certificateLeft  = `min by (instance) (firsttoken_tls_certificate_expiry_timestamp_seconds{target="T"} > 0) - time()`
	engineKV         = `target:engine_kv_cache_usage:max{target="T"}`
	enginePageUp     = `up{target="T"}`
	engineRunning    = `target:engine_requests_running:sum{target="T"}`
	engineWaiting    = `target:engine_requests_waiting:sum{target="T"}`
	failuresByCause  = `sum by (cause) (increase(firsttoken_failures_total{target="T"}[15m])) > 0.5`
	failuresByProber = `sum by (instance, outcome) (increase(firsttoken_requests_total{outcome!="ok"}[15m])) > 0.5`
	gpusInTrouble    = `target_cause:gpu_degraded:max{target="T"}`
	inFlight         = `sum by (instance) (firsttoken_requests_in_flight{target="T"})`
	lastXID          = `gpu:last_xid{hostengine="N"} > 0`
	loadLeft         = `max by (target) (firsttoken_tokens_per_minute_effective{target="T"})`
	outcomes         = `sum by (outcome) (increase(firsttoken_requests_total{target="T"}[15m])) > 0.5`
	proberTrust      = `min by (instance) (firsttoken_trustworthy)`
	reloadSucceeded  = `min by (instance) (firsttoken_config_last_reload_successful)`
	revisionServed   = `firsttoken_target_revision_info{target="T"}`
	scheduleLag      = `instance:firsttoken_schedule_lag_seconds:mean5m{instance="I"}`
	slotsSkipped     = `sum by (reason) (increase(firsttoken_turns_skipped_total{target="T"}[1h])) > 0.5`
)

// meanOf is the mean of a histogram of a target over half an hour, in its classic form.
func meanOf(by, histogram string) string {
	return fill(`sum$by(rate($h_sum{target="T"}[30m])) / sum$by(rate($h_count{target="T"}[30m]))`,
		values{"by": by, "h": histogram})
}

// shareOf is how much of one counter of a target stands in another, over an hour.
func shareOf(counter, of string) string {
	return fill(`sum(increase($counter{target="T"}[1h])) / sum(increase($of[1h]))`, values{"counter": counter, "of": of})
}

// sloQueries are those about the error budgets.
func sloQueries() map[string][]string {
	return map[string][]string{
		"SLOBurnFast": {
			failuresByProber, failuresByCause, engineWaiting, `target:engine_ttft_seconds:mean5m{target="T"}`,
			engineRunning, gpusInTrouble,
		},
		"SLOBurnSlow": {
			`sum by (outcome) (increase(firsttoken_requests_total{target="T"}[6h])) > 0.5`, engineKV, gpusInTrouble,
			proberTrust,
		},
		"SLOBudgetExhausted": {
			`target_slo:firsttoken_slo_bad:ratio1h{target="T"}`, proberTrust,
		},
	}
}

// answerQueries are those about whether and what a target answers.
func answerQueries() map[string][]string {
	return map[string][]string{
		"TargetDown": {
			failuresByCause, failuresByProber, enginePageUp, gpusInTrouble,
		},
		"NoAnswer": {
			inFlight, engineRunning, `count by (instance) (firsttoken_waiting_since_timestamp_seconds > 0)`,
			gpusInTrouble,
		},
		"NotStreamed": {
			shareOf("firsttoken_not_streamed_total", `firsttoken_requests_total{target="T",outcome="ok"}`),
			revisionServed,
		},
		"OtherModel": {
			revisionServed,
			shareOf("firsttoken_other_model_total", `firsttoken_requests_total{target="T",outcome="ok"}`),
		},
		"OffDialect": {
			`sum by (quirk) (increase(firsttoken_quirks_total{target="T"}[1h])) > 0.5`, revisionServed,
		},
		"TargetMisconfigured": {
			failuresByCause,
			`sum by (instance, outcome) ` +
				`(increase(firsttoken_requests_total{outcome=~"rejected|denied"}[15m])) > 0.5`,
		},
		"CertificateExpiring": {
			certificateLeft, `sum by (phase) (increase(firsttoken_connect_seconds_count{target="T"}[1h]))`,
		},
		"CertificateExpiresSoon": {
			certificateLeft,
		},
	}
}

// loadQueries are those about load and cost.
func loadQueries() map[string][]string {
	return map[string][]string{
		"LoadShort": {
			slotsSkipped, engineWaiting,
		},
		"LoadNotAchieved": {
			slotsSkipped, loadLeft, `max by (target) (firsttoken_requests_in_flight{target="T"})`,
		},
		"Throttled": {
			`time() - (max by (target) (firsttoken_throttled_since_timestamp_seconds{target="T"}) > 0)`,
			failuresByCause, loadLeft, engineWaiting,
		},
		"NoProbes": {
			`sum by (reason) (increase(firsttoken_turns_skipped_total{target="T"}[30m])) > 0.5`, inFlight,
		},
		"ProbeBudgetExhausted": {
			`min by (instance) (firsttoken_ledger_writable)`,
			`max by (period) (firsttoken_budget_spent_dollars{target="T"} / ` +
				`(firsttoken_budget_limit_dollars{target="T"} > 0))`,
			cacheShare,
		},
		"CalibrationBounded": {
			`max by (target) (firsttoken_tokens_per_word{target="T"})`,
			`sum by (kind) (increase(firsttoken_tokens_total{target="T"}[1h]))`,
		},
		"CostDisagreement": {
			shareOf("firsttoken_cost_dollars_total", `firsttoken_estimated_cost_dollars_total{target="T"}`),
			revisionServed,
		},
	}
}

// speedQueries are those about what comes later than it did.
func speedQueries() map[string][]string {
	return map[string][]string{
		"TTFTRegression": {
			engineRunning, engineWaiting, cacheShare, meanOf(" by (phase) ", "firsttoken_connect_seconds"),
			gpusInTrouble, proberTrust,
		},
		"TTFTRegressionAtEqualLoad": {
			`target_cache_context:firsttoken_ttft_at_load:z4h{target="T"}`,
			`target:engine_prefix_cache_hit:ratio5m{target="T"}`, gpusInTrouble,
			meanOf(" by (phase) ", "firsttoken_connect_seconds"), proberTrust,
		},
		"TTFTRegressionOfAll": {
			`model_engine:firsttoken_ttft_slower:ratio`,
			`count by (model, fingerprint) (firsttoken_target_revision_info)`,
			`target_cause:gpu_degraded:max`, proberTrust,
		},
		"TTFTTail": {
			engineWaiting, gpusInTrouble, meanOf(" by (phase) ", "firsttoken_connect_seconds"), proberTrust,
		},
		"TTFTDoubled": {
			`target_slo:firsttoken_slo_bad:ratio1h{slo="ttft",target="T"}`, engineWaiting, gpusInTrouble,
			meanOf(" by (phase) ", "firsttoken_connect_seconds"), proberTrust,
		},
		"TTFTFarAbove": {
			engineWaiting, engineKV, gpusInTrouble,
			`firsttoken_waiting_since_timestamp_seconds{target="T"}`, proberTrust,
		},
		"TTFTRegressionAfterRevision": {
			revisionServed, engineRunning, gpusInTrouble,
		},
		"TPSDrop": {
			engineRunning, gpusInTrouble, meanOf("", "firsttoken_stall_seconds"), proberTrust,
		},
		"Saturation": {
			engineWaiting, `target:gpu_sm_active_ratio:avg{target="T"}`, meanOf("", "firsttoken_upload_seconds"),
		},
		"PrefixCacheShortfall": {
			engineKV, cacheShare,
			`sum by (result) (increase(firsttoken_cache_contradictions_total{target="T"}[1h])) > 0.5`,
		},
	}
}

// engineQueries are those about engines and GPUs.
func engineQueries() map[string][]string {
	return map[string][]string{
		"EngineKVPressure": {
			`target:engine_preemptions:increase5m{target="T"}`, engineRunning, engineWaiting,
		},
		"EngineMetricsGone": {
			enginePageUp, `count by (target) (up{target="T"})`, outcomes,
		},
		"GPUDegradation": {
			gpusInTrouble, `target:gpu_throttle_ratio:max{target="T"}`, engineRunning,
		},
		"GPULost": {
			`gpu:lost:bool{hostengine="N"}`, lastXID,
			`count by (hostengine) (gpu:temperature_celsius{hostengine="N"})`,
		},
		"GPUTelemetryDown": {
			`max by (hostengine) (dcgm_up{hostengine="N"})`, `up{role="dcgm"}`,
			`sum by (op, code) (increase(dcgm_errors_total{hostengine="N"}[1h])) > 0`,
		},
		"GPUHardwareError": {
			`gpu:xid_errors:increase10m{hostengine="N"} > 0`, lastXID,
			`gpu:ecc_uncorrectable_errors:increase1h{hostengine="N"}`,
		},
	}
}

// proberQueries are those about the prober.
func proberQueries() map[string][]string {
	return map[string][]string{
		"Watchdog": {
			`ALERTS{alertname="FirsttokenWatchdog"}`,
		},
		"ProberDown": {
			`up{instance="I"}`, `count(firsttoken_build_info)`, `process_start_time_seconds{instance="I"}`,
		},
		"ReplicasDisagree": {
			`target_instance:firsttoken_disagrees:bool{instance="I"}`, failuresByProber,
			`target_instance:firsttoken_down:failures{instance="I"}`,
		},
		"ProberLocalFault": {
			`sum by (instance, cause) ` +
				`(increase(firsttoken_failures_total{cause=~"file_descriptors|memory|key_file"}[1h])) > 0.5`,
			`process_open_fds{instance="I"} / process_max_fds{instance="I"}`,
		},
		"ProberLagging": {
			scheduleLag, `rate(process_cpu_seconds_total{instance="I"}[5m])`,
		},
		"ProberUntrustworthy": {
			proberTrust,
			`rate(firsttoken_selfcheck_error_seconds_sum{instance="I"}[1h]) / ` +
				`rate(firsttoken_selfcheck_error_seconds_count{instance="I"}[1h])`,
			scheduleLag,
		},
		"TargetDoubtful": {
			proberTrust,
		},
		"ConfigReloadFailed": {
			reloadSucceeded, `time() - max by (instance) (firsttoken_config_last_reload_success_timestamp_seconds)`,
		},
		"DiscoveryFailing": {
			`sum by (instance, config) (increase(firsttoken_sd_refresh_failures_total[1h])) > 0`,
			`time() - max by (config) (firsttoken_sd_last_refresh_success_timestamp_seconds > 0)`,
		},
		"ConfigurationsDiffer": {
			`count_values by (job) ("hash", firsttoken_config_hash)`,
			`max by (instance) (firsttoken_config_last_reload_success_timestamp_seconds)`, reloadSucceeded,
		},
		"ResultsLost": {
			`sum by (instance, reason) (increase(firsttoken_results_lost_total[1h]))`,
		},
	}
}
