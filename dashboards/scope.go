package dashboards

import "github.com/grafana/grafana-foundation-sdk/go/dashboard"

const info = `firsttoken_target_info{job=~"$job"`

// scope is the variables that every dashboard has. Each list narrows with the variables before it.
func scope() []dashboard.VariableModel {
	return []dashboard.VariableModel{
		datasourceVariable(),
		labelValues{
			name: "job", title: "Job", series: "firsttoken_target_info", label: "job",
			description: "Scrape jobs of firsttoken. Two regions that watch a target of the same name have two.",
		}.variable(),
		labelValues{
			name: "engine", title: "Engine", series: info + "}", label: "engine", all: ".*",
			description: "Narrows the list of targets to those whose configuration names this engine.",
		}.variable(),
		labelValues{
			name: "model", title: "Model", series: info + `,engine=~"$engine"}`, label: "model", all: ".*",
			description: "Narrows the list of targets to those that are asked for this model.",
		}.variable(),
		labelValues{
			name: "target", title: "Target", series: info + `,engine=~"$engine",model=~"$model"}`, label: "target",
			description: "What is probed, by its name in the configuration.",
		}.variable(),
		labelValues{
			name: "cache", title: "Cache",
			series: `firsttoken_ttft_log_count{job=~"$job"}`, label: "cache", all: ".*",
			description: "What the prober expects of the prefix cache: cold, or warm.",
		}.variable(),
		labelValues{
			name: "context", title: "Context",
			series: `firsttoken_ttft_log_count{job=~"$job"}`, label: "context", all: ".*",
			description: "Band of prompt length in tokens.",
		}.variable(),
		windowVariable(), histogramsVariable(),
	}
}

func datasourceVariable() dashboard.VariableModel {
	const description = "Prometheus, or what speaks its language."
	v := variable(dashboard.VariableTypeDatasource, "datasource", "Data source", "prometheus", description)
	v.Multi, v.IncludeAll, v.Regex = new(false), new(false), new("")
	return v
}

func windowVariable() dashboard.VariableModel {
	return choice("window", "Window",
		"Range over which percentiles and rates are taken. A prober is sparse:"+
			" at one request a minute a p95 of five minutes is the slowest of five.",
		choiceValue{"15m", "15m"}, choiceValue{"5m", "5m"}, choiceValue{"1h", "1h"},
		choiceValue{"6h", "6h"}, choiceValue{"1d", "1d"}, choiceValue{"auto", "$__rate_interval"},
	)
}

// histogramsVariable is the switch between the two forms; see histogram.quantile.
func histogramsVariable() dashboard.VariableModel {
	return choice("histograms", "Histograms",
		"Classic works on every Prometheus. Native is finer, and needs scrape_native_histograms (Prometheus 3)"+
			" or the native-histograms feature flag (2.40 and later).",
		choiceValue{"classic", "_bucket{"}, choiceValue{"native", "{"},
	)
}

// scopeOfOne is scope for a dashboard about one target.
func scopeOfOne() []dashboard.VariableModel {
	variables := scope()
	for i := range variables {
		if variables[i].Name == "target" {
			variables[i] = single(variables[i])
		}
	}
	return variables
}
