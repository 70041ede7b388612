package alerts

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Placeholders stand for parameters that a mixin's user may change, in the rules from which it is generated.
const (
	aggregationMark = "@aggregation@"
	placesMark      = "@places@"
	replicaMark     = "@replica@"
	runbooksMark    = "@runbooks@"
	dashboardsMark  = "@dashboards@"
	pagesMark       = "@pages@"
)

// mixinFiles are a jsonnet mixin of the rules by these parameters. Its _config begins with them; labels, severities,
// links and what is left out can be changed there. All other parameters, such as windows, are as they are.
func mixinFiles(p Parameters) ([]File, error) {
	files, err := p.generatedMixin()
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"mixin/functions.libsonnet", "mixin/groups.libsonnet"} {
		content, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		files = append(files, File{name, content})
	}
	top := "(import 'config.libsonnet') + (import 'groups.libsonnet')\n" // dashboards: firsttoken dashboards
	return append(files, File{"mixin/mixin.libsonnet", []byte(top)}), nil
}

// generatedMixin is the part of the mixin that is not written by hand.
func (p Parameters) generatedMixin() ([]File, error) {
	rules, err := p.libsonnet()
	if err != nil {
		return nil, err
	}
	config, err := p.mixinConfig()
	if err != nil {
		return nil, err
	}
	return []File{{"mixin/config.libsonnet", config}, {"mixin/rules.libsonnet", rules}}, nil
}

// mixinConfig is the mixin's _config.
func (p Parameters) mixinConfig() ([]byte, error) {
	labels := map[string]any{}
	for name, l := range p.Labels {
		labels[name] = map[string]string{"from": l.From, "metric": l.Metric, "otherwise": l.Otherwise}
		if l.From == "" {
			labels[name] = l.Otherwise
		}
	}
	config := map[string]any{
		"aggregation": p.Aggregation, "replica": p.Replica,
		"severities": orEmpty(p.Severities), "labels": labels, "omit": append([]string{}, p.Omit...),
		"runbooks": p.Links.Runbooks, "dashboards": p.Links.Dashboards, "pages": p.Links.Pages,
	}
	text, err := json.MarshalIndent(config, "  ", "  ")
	if err != nil {
		return nil, fmt.Errorf("encoding the mixin's config: %w", err)
	}
	return fmt.Appendf(nil, "%s{\n  _config+:: %s,\n}\n", header, text), nil
}

func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// libsonnet is the file with the rules.
func (p Parameters) libsonnet() ([]byte, error) {
	marked := p
	marked.Aggregation, marked.Replica = []string{aggregationMark}, replicaMark
	marked.Links = Links{Runbooks: runbooksMark, Dashboards: dashboardsMark, Pages: pagesMark}
	marked.Severities, marked.Labels, marked.Omit = nil, nil, nil
	groups := Groups(marked)
	gpus, err := marked.gpuRules()
	if err != nil {
		return nil, err
	}
	var file struct {
		Groups []Group `yaml:"groups"`
	}
	if err := yaml.Unmarshal(gpus, &file); err != nil {
		return nil, fmt.Errorf("reading the rules about GPUs: %w", err)
	}
	var b bytes.Buffer
	b.WriteString(header)
	b.WriteString("local functions = import 'functions.libsonnet';\n\n" +
		"function(config) {\n  local c = functions(config),\n  groups:: c.kept([\n")
	for _, g := range append(groups, file.Groups...) {
		b.WriteString(libsonnetGroup(g))
	}
	b.WriteString("  ]),\n}\n")
	return b.Bytes(), nil
}

func libsonnetGroup(g Group) string {
	var b strings.Builder
	fmt.Fprintf(&b, "    {\n      name: %s,\n", jsonnet(g.Name))
	if g.Interval > 0 {
		fmt.Fprintf(&b, "      interval: %s,\n", jsonnet(g.Interval.String()))
	}
	b.WriteString("      rules: [\n")
	for _, r := range g.Rules {
		b.WriteString(libsonnetRule(r))
	}
	b.WriteString("      ],\n    },\n")
	return b.String()
}

func libsonnetRule(r Rule) string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "          %s: %s,\n", key, value)
		}
	}
	b.WriteString("        {\n")
	if r.Record != "" {
		line("record", jsonnet(r.Record))
	} else {
		line("alert", jsonnet(r.Alert))
	}
	line("expr", jsonnet(r.Expr))
	if r.For > 0 {
		line("'for'", jsonnet(r.For.String()))
	}
	if r.Keep > 0 {
		line("keep_firing_for", jsonnet(r.Keep.String()))
	}
	line("labels", libsonnetLabels(r))
	line("annotations", libsonnetAnnotations(r.Annotations))
	b.WriteString("        },\n")
	return b.String()
}

// libsonnetLabels are those of the rule, and of an alert also those of the config.
func libsonnetLabels(r Rule) string {
	fields := []string{}
	if r.Alert != "" {
		usual := jsonnet(string(r.Labels.Severity))
		fields = append(fields, fmt.Sprintf("severity: c.severity(%s, %s)", jsonnet(r.Alert), usual))
	}
	own := map[string]string{"component": string(r.Labels.Component), "cause": r.Labels.Cause}
	maps.Copy(own, r.Labels.Extra)
	for _, name := range slices.Sorted(maps.Keys(own)) {
		if own[name] != "" {
			fields = append(fields, name+": "+jsonnet(own[name]))
		}
	}
	if len(fields) == 0 {
		return ""
	}
	text := "{ " + strings.Join(fields, ", ") + " }"
	if r.Alert != "" {
		text += " + c.labels"
	}
	return text
}

func libsonnetAnnotations(a Annotations) string {
	var texts map[string]string
	content, err := yaml.Marshal(a)
	if err == nil {
		err = yaml.Unmarshal(content, &texts)
	}
	if err != nil || len(texts) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(texts)) {
		key := name
		if strings.Contains(texts[name], pagesMark) {
			key = fmt.Sprintf("[if config.pages != '' then '%s']", name)
		}
		fmt.Fprintf(&b, "            %s: %s,\n", key, jsonnet(texts[name]))
	}
	b.WriteString("          }")
	return b.String()
}

// marks are the forms in which a placeholder stands in a rule, longest first, and what jsonnet puts in their place.
func marks() []string {
	var pairs []string
	for _, list := range []struct{ mark, name string }{{aggregationMark, "aggregation"}, {placesMark, "places"}} {
		pairs = append(pairs,
			list.mark+"=%q,", "c.matchers(c."+list.name+")",
			" $labels."+list.mark, "c.values(c."+list.name+")",
			list.mark+", ", "c.before(c."+list.name+")",
			list.mark, "c.list(c."+list.name+")",
		)
	}
	return append(pairs, replicaMark, "config.replica", runbooksMark, "config.runbooks",
		dashboardsMark, "config.dashboards", pagesMark, "c.pages")
}

// jsonnet is a text as an expression: constants, and what the config puts in place of the placeholders.
func jsonnet(text string) string {
	const cut = "\x00"
	pairs := marks()
	for i := 1; i < len(pairs); i += 2 {
		pairs[i] = cut + pairs[i] + cut
	}
	var parts []string
	for i, part := range strings.Split(strings.NewReplacer(pairs...).Replace(text), cut) {
		switch {
		case i%2 == 1:
			parts = append(parts, part)
		case part != "" || text == "":
			parts = append(parts, quoted(part))
		}
	}
	return strings.Join(parts, " + ")
}

// quoted is a JSON string, in which < and > stay readable.
func quoted(text string) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""` // a string always encodes
	}
	return strings.TrimSpace(b.String())
}
