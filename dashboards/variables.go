package dashboards

import (
	"strings"

	"github.com/grafana/grafana-foundation-sdk/go/common"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"
)

// source is the data source that the reader chose, never a fixed one.
func source() *common.DataSourceRef {
	return &common.DataSourceRef{Type: new("prometheus"), Uid: new("${datasource}")}
}

func text(s string) dashboard.StringOrArrayOfString {
	return dashboard.StringOrArrayOfString{String: &s}
}

func option(label, value string) dashboard.VariableOption {
	return dashboard.VariableOption{Text: text(label), Value: text(value)}
}

func variable(kind dashboard.VariableType, name, title, query, description string) dashboard.VariableModel {
	return dashboard.VariableModel{
		Type: kind, Name: name, Label: &title, Query: &dashboard.StringOrMap{String: &query},
		Description: &description, Hide: new(dashboard.VariableHideDontHide), SkipUrlSync: new(false),
	}
}

// labelValues is a variable that offers the values of a label.
type labelValues struct {
	name, title string
	series      string // whose values are offered
	label       string
	all         string // of All: every value if empty; ".*" matches series without the label, too
	description string
}

func (l labelValues) variable() dashboard.VariableModel {
	query := "label_values(" + l.series + ", " + l.label + ")"
	v := variable(dashboard.VariableTypeQuery, l.name, l.title, query, l.description)
	v.Definition, v.Datasource = v.Query.String, source()
	v.Refresh, v.Sort = new(dashboard.VariableRefreshOnTimeRangeChanged), new(dashboard.VariableSortNaturalAsc)
	v.Multi, v.IncludeAll, v.Regex = new(true), new(true), new("")
	v.Current = new(option("All", "$__all"))
	if l.all != "" {
		v.AllValue = &l.all
	}
	return v
}

// single makes a variable hold one value, at first the first one.
func single(v dashboard.VariableModel) dashboard.VariableModel {
	v.Multi, v.IncludeAll, v.Current, v.AllValue = new(false), new(false), nil, nil
	return v
}

// choice is a variable with a closed list of values; the first is the default.
func choice(name, title, description string, values ...choiceValue) dashboard.VariableModel {
	var query []string
	var list []dashboard.VariableOption
	for i, o := range values {
		query = append(query, o.shown+" : "+o.value)
		list = append(list, option(o.shown, o.value))
		list[i].Selected = new(i == 0)
	}
	v := variable(dashboard.VariableTypeCustom, name, title, strings.Join(query, ","), description)
	v.Options, v.Current = list, &list[0]
	v.Multi, v.IncludeAll = new(false), new(false)
	return v
}

type choiceValue struct{ shown, value string }

// numberBox is a number that the reader types.
func numberBox(name, title, value, description string) dashboard.VariableModel {
	v := variable(dashboard.VariableTypeTextbox, name, title, value, description)
	v.Current = new(option(value, value))
	v.Options = []dashboard.VariableOption{option(value, value)}
	return v
}
