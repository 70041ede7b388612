package grafana

import (
	"context"
	"fmt"
	"regexp"
	"sort"
	"strconv"
	"strings"
	"time"
)

// scrapeInterval is that of the data source, as Grafana is told it.
const scrapeInterval = time.Minute

// initial is the value with which a variable opens.
func (v *View) initial(ctx context.Context, x Variable) (string, error) {
	if x.Type != "query" {
		return x.Current.Value, nil
	}
	if x.IncludeAll && x.AllValue != nil {
		return *x.AllValue, nil
	}
	options, err := v.options(ctx, x)
	if err != nil {
		return "", err
	}
	if len(options) == 0 {
		return "", fmt.Errorf("%s offers nothing", v.Fill(x.Query, time.Minute))
	}
	if !x.IncludeAll {
		return options[0], nil
	}
	return "(" + strings.Join(options, "|") + ")", nil
}

var labelValues = regexp.MustCompile(`^label_values\((.*), (\w+)\)$`)

// LabelValues splits the query of a variable, label_values(selector, label).
func (x Variable) LabelValues() (selector, label string, ok bool) {
	m := labelValues.FindStringSubmatch(x.Query)
	if m == nil {
		return "", "", false
	}
	return m[1], m[2], true
}

// options are the values that a label_values variable offers.
func (v *View) options(ctx context.Context, x Variable) ([]string, error) {
	selector, label, ok := x.LabelValues()
	if !ok {
		return nil, fmt.Errorf("not a label_values query: %s", x.Query)
	}
	recent := v.Fill(selector, time.Minute) + "[" + promDuration(v.Range) + "]"
	found, err := v.instant(ctx, "group by ("+label+") (last_over_time("+recent+"))")
	if err != nil {
		return nil, err
	}
	var options []string
	for _, s := range found {
		if value := s.Metric.Get(label); value != "" {
			options = append(options, value)
		}
	}
	sort.Strings(options)
	return options, nil
}

func promDuration(d time.Duration) string { return strconv.FormatInt(int64(d/time.Second), 10) + "s" }

var reference = regexp.MustCompile(`\$\{(\w+)(?::[^}]*)?\}|\$(\w+)`)

// Fill replaces variables, Grafana's own included. The value of a variable may refer to another variable.
func (v *View) Fill(text string, step time.Duration) string {
	own := map[string]string{
		"__range": promDuration(v.Range), "__interval": promDuration(step),
		"__rate_interval": promDuration(max(step+scrapeInterval, 4*scrapeInterval)),
		"__range_s":       strconv.Itoa(int(v.Range.Seconds())), "__to": strconv.Itoa(int(v.At.Month())),
	}
	replace := func(m string) string {
		name := strings.Trim(strings.SplitN(m, ":", 2)[0], "${}")
		if value, ok := own[name]; ok {
			return value
		}
		if value, ok := v.Values[name]; ok {
			return value
		}
		return m // the parser will complain about it
	}
	return reference.ReplaceAllStringFunc(reference.ReplaceAllStringFunc(text, replace), replace)
}
