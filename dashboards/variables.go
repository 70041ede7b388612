package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

func ptr[T any](v T) *T { return &v }

// source is the data source that the reader chose, never a fixed one.
func source() *common.DataSourceRef {
	return &common.DataSourceRef{Type: ptr("prometheus"), Uid: ptr("${datasource}")}
}

func text(s string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{String: &s}
}

func option(label, value string) dashboard.VariableOption {
	return dashboard.VariableOption{Text: text(label), Value: text(value)}
}

func variable(kind dashboard.VariableType, name, label, query, description string) dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: kind, Name: name, Label: &label, Query: &dashboard.StringOrMap{String: &query},
		Description: &description, Hide: ptr(dashboard.VariableHideDontHide), SkipUrlSync: ptr(false),
	}
}

func datasourceVariable() dashboard.VariableModel {
	v := variable(dashboard.VariableTypeDatasource, "datasource", "Data source", "prometheus", "Prometheus, or what speaks its language.")
	v.Multi, v.IncludeAll, v.Regex = ptr(false), ptr(false), ptr("")
	return v
}

// labelValues offers a label's values. all is what All stands for: "" lists the values, which
// narrows with the variables before it; ".*" also matches a series without the label.
func labelValues(name, label, series, of, all, description string) dashboard.VariableModel {
	v := variable(dashboard.VariableTypeQuery, name, label, "label_values("+series+", "+of+")", description)
	v.Definition, v.Datasource = v.Query.String, source()
	v.Refresh, v.Sort = ptr(dashboard.VariableRefreshOnTimeRangeChanged), ptr(dashboard.VariableSortNaturalAsc)
	v.Multi, v.IncludeAll, v.Regex = ptr(true), ptr(true), ptr("")
	v.Current = ptr(option("All", "$__all"))
	if all != "" {
		v.AllValue = &all
	}
	return v
}

// single makes a variable hold one value; the first is chosen.
func single(v dashboard.VariableModel) dashboard.VariableModel {
	v.Multi, v.IncludeAll, v.Current, v.AllValue = ptr(false), ptr(false), nil, nil
	return v
}

// choice is a closed list, written "label : value, label : value"; the first is the default.
func choice(name, label, description string, options ...[2]string) dashboard.VariableModel {
	var query []string
	var list []dashboard.VariableOption
	for i, o := range options {
		query = append(query, o[0]+" : "+o[1])
		list = append(list, option(o[0], o[1]))
		list[i].Selected = ptr(i == 0)
	}
	v := variable(dashboard.VariableTypeCustom, name, label, strings.Join(query, ","), description)
	v.Options, v.Current = list, &list[0]
	v.Multi, v.IncludeAll = ptr(false), ptr(false)
	return v
}

// box is a number that the reader types.
func box(name, label, value, description string) dashboard.VariableModel {
	v := variable(dashboard.VariableTypeTextbox, name, label, value, description)
	v.Current = ptr(option(value, value))
	v.Options = []dashboard.VariableOption{option(value, value)}
	return v
}

const info = `firsttoken_target_info{job=~"$job"`

func jobVariable() dashboard.VariableModel {
	return labelValues("job", "Job", "firsttoken_target_info", "job", "", "Scrape jobs of firsttoken. Two regions that watch a target of the same name have two.")
}

func engineVariable() dashboard.VariableModel {
	return labelValues("engine", "Engine", info+"}", "engine", ".*", "Narrows the list of targets to those whose configuration names this engine.")
}

func modelVariable() dashboard.VariableModel {
	return labelValues("model", "Model", info+`,engine=~"$engine"}`, "model", ".*", "Narrows the list of targets to those that are asked for this model.")
}

func targetVariable() dashboard.VariableModel {
	return labelValues("target", "Target", info+`,engine=~"$engine",model=~"$model"}`, "target", "", "What is probed, by its name in the configuration.")
}

func cacheVariable() dashboard.VariableModel {
	return labelValues("cache", "Cache", `firsttoken_ttft_log_count{job=~"$job"}`, "cache", ".*", "What the prober expects of the prefix cache: cold, or warm.")
}

func contextVariable() dashboard.VariableModel {
	return labelValues("context", "Context", `firsttoken_ttft_log_count{job=~"$job"}`, "context", ".*", "Band of prompt length in tokens.")
}

func windowVariable() dashboard.VariableModel {
	return choice("window", "Window", "Range over which percentiles and rates are taken. A prober is sparse: at one request a minute a p95 of five minutes is the slowest of five.",
		[2]string{"15m", "15m"}, [2]string{"5m", "5m"}, [2]string{"1h", "1h"}, [2]string{"6h", "6h"}, [2]string{"1d", "1d"}, [2]string{"auto", "$__rate_interval"})
}

// histogramsVariable is the switch between the two forms; see histogram.quantile.
func histogramsVariable() dashboard.VariableModel {
	return choice("histograms", "Histograms", "Classic works on every Prometheus. Native is finer, and needs scrape_native_histograms (Prometheus 3) or the native-histograms feature flag (2.40 and later).",
		[2]string{"classic", "_bucket{"}, [2]string{"native", "{"})
}

// scope is the variables that every dashboard has.
func scope() []dashboard.VariableModel {
	return []dashboard.VariableModel{
		datasourceVariable(), jobVariable(), engineVariable(), modelVariable(), targetVariable(),
		cacheVariable(), contextVariable(), windowVariable(), histogramsVariable(),
	}
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
