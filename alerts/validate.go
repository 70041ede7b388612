package alerts

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// Validate finds everything that is wrong with the parameters.
func (p Parameters) Validate() invalid.Errors {
	var errs invalid.Errors
	errs.Under("", p.checkAggregation())
	errs.Under("severities", p.checkSeverities())
	errs.Under("labels", p.checkLabels())
	errs.Under("links", p.Links.validate())
	errs.Under("omit", p.checkOmitted())
	errs.Under("burns", p.Burns.validate())
	errs.Under("slos", p.checkSLOs())
	errs.Under("weekend", p.Weekend.validate())
	return errs
}

// ownLabels are those that series and alerts have of their own; rules aggregate by them where they need to.
func ownLabels() []string {
	return []string{"target", "slo", "cache", "context", "severity", "component", "cause", "alertname", "alertstate"}
}

func (p Parameters) checkAggregation() (errs invalid.Errors) {
	if len(p.Aggregation) == 0 {
		errs.Add("aggregation", "is empty: the rules need at least `job`")
	}
	for i, label := range p.Aggregation {
		path := fmt.Sprintf("aggregation[%d]", i)
		if reason := badLabel(label); reason != "" {
			errs.Add(path, "%s", reason)
		}
		if slices.Index(p.Aggregation, label) < i {
			errs.Add(path, "%s is there twice", label)
		}
	}
	if reason := badLabel(p.Replica); reason != "" {
		errs.Add("replica", "%s", reason)
	}
	if slices.Contains(p.Aggregation, p.Replica) {
		errs.Add("replica", "%s is one of `aggregation`: probers that watch the same targets would not be seen as such",
			p.Replica)
	}
	if p.Probers < 0 {
		errs.Add("probers", "%d is below 0", p.Probers)
	}
	return errs
}

// badLabel says what is wrong with the name of a label that is not firsttoken's own; empty if nothing is.
func badLabel(name string) string {
	switch {
	case !model.LegacyValidation.IsValidLabelName(name):
		return fmt.Sprintf("%q is no name of a label: letters, digits and _, not beginning with a digit", name)
	case strings.HasPrefix(name, model.ReservedLabelPrefix):
		return fmt.Sprintf("%q is Prometheus' own: labels that begin with __ are not stored", name)
	case slices.Contains(ownLabels(), name):
		return fmt.Sprintf("%s is a label of the rules' own", name)
	}
	return ""
}

func (p Parameters) checkSeverities() (errs invalid.Errors) {
	var names []string
	for _, r := range alertsOf(newBuilder(p).groups()) {
		names = append(names, r.Alert)
	}
	for _, name := range slices.Sorted(maps.Keys(p.Severities)) {
		if !slices.Contains(names, name) {
			errs.Add(name, "%s", unknown("alert", name, names))
		}
		if s := p.Severities[name]; !slices.Contains(severities(), s) {
			errs.Add(name, "%q is no severity: there are %s", s, join(severities()))
		}
	}
	return errs
}

// unknown says that there is no such name, and which one may have been meant.
func unknown(what, name string, known []string) string {
	if slices.Contains(known, Prefix+name) {
		return fmt.Sprintf("there is no %s %s; did you mean %s?", what, name, Prefix+name)
	}
	if near, ok := invalid.Nearest(name, known); ok {
		return fmt.Sprintf("there is no %s %s; did you mean %s?", what, name, near)
	}
	return fmt.Sprintf("there is no %s %s: docs/alerting.md lists them", what, name)
}

func (p Parameters) checkLabels() (errs invalid.Errors) {
	for _, name := range slices.Sorted(maps.Keys(p.Labels)) {
		l := p.Labels[name]
		if reason := badLabel(name); reason != "" {
			errs.Add(name, "%s", reason)
		} else if name == p.Replica || name == "job" || slices.Contains(p.Aggregation, name) {
			errs.Add(name, "the rules keep this label: a label of the same name would replace it")
		}
		switch {
		case l.From == "" && l.Metric != "":
			errs.Add(name+".from", "is missing: which label of %s is meant?", l.Metric)
		case l.From == "" && l.Otherwise == "":
			errs.Add(name, "is empty: it needs a text, or a mapping with `from`")
		case l.From != "" && !model.LegacyValidation.IsValidLabelName(l.From):
			errs.Add(name+".from", "%q is no name of a label", l.From)
		}
		if l.Metric != "" && !model.LegacyValidation.IsValidMetricName(l.Metric) {
			errs.Add(name+".metric", "%q is no name of a metric", l.Metric)
		}
		if strings.Contains(l.Otherwise, "{{") {
			errs.Add(name, "is a template: the rules have their own")
		}
	}
	return errs
}

func (l Links) validate() (errs invalid.Errors) {
	for _, link := range []struct{ key, address string }{
		{"runbooks", l.Runbooks}, {"dashboards", l.Dashboards}, {"pages", l.Pages},
	} {
		if link.address == "" && link.key == "pages" {
			continue
		}
		u, err := url.Parse(link.address)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Contains(link.address, "{{") {
			errs.Add(link.key, "must be an address that begins with http:// or https://")
		} else if u.User != nil {
			errs.Add(link.key, "holds a name or a password, which every notification would show")
		}
	}
	return errs
}

func (p Parameters) checkOmitted() (errs invalid.Errors) {
	all := newBuilder(p).groups()
	var names []string
	for _, g := range all {
		names = append(names, g.Name)
	}
	for _, r := range alertsOf(all) {
		names = append(names, r.Alert)
	}
	for i, name := range p.Omit {
		if !slices.Contains(names, name) {
			errs.Add(fmt.Sprintf("[%d]", i), "%s", unknown("alert or group", name, names))
		}
	}
	for _, n := range needs(all, p.Omit) {
		errs.Add(fmt.Sprintf("[%d]", slices.Index(p.Omit, n.group)), "%s reads %s of this group: it must be left out too",
			n.rule, n.record)
	}
	return errs
}

// longest is the longest window: a Prometheus is hardly told to keep more.
const longest = budgetPeriod

func (t BurnTable) validate() (errs invalid.Errors) {
	rows, longs := t.All(), map[Window]string{}
	for i, key := range burnKeys() {
		b := rows[i]
		errs.Under(key, b.validate())
		if before := longs[b.Long]; before != "" {
			errs.Add(key+".long", "%s is already the long window of %s", b.Long, before)
		}
		longs[b.Long] = key
	}
	return errs
}

// burnKeys are the rows' names in a file, in the order of All.
func burnKeys() []string { return []string{"page", "page_slow", "ticket", "ticket_slow"} }

func (b Burn) validate() (errs invalid.Errors) {
	long, isLong := b.Long.Duration()
	short, isShort := b.Short.Duration()
	most, _ := longest.Duration()
	if !isLong {
		errs.Add("long", "%q is no window: a number of m, h or d, such as 30m", b.Long)
	}
	if !isShort {
		errs.Add("short", "%q is no window: a number of m, h or d, such as 30m", b.Short)
	}
	if isLong && isShort && short >= long {
		errs.Add("short", "%s is not shorter than the long window of %s", b.Short, b.Long)
	}
	if isLong && long > most {
		errs.Add("long", "%s is above %s, which is all that the rules look back", b.Long, longest)
	}
	if isShort && short.Minutes() < leastWindow {
		errs.Add("short", "%s is below %dm: two scrapes of a minute must be in it", b.Short, leastWindow)
	}
	errs.Under("", b.checkLimits())
	return errs
}

// leastWindow in minutes holds two scrapes at an interval of a minute, with one that failed.
const leastWindow = 3

func (b Burn) checkLimits() (errs invalid.Errors) {
	if !(b.Factor > 0) || b.Factor > 1000 {
		errs.Add("factor", "%v is not between 0 and 1000", b.Factor)
	}
	if !(b.Cap > 0) || b.Cap >= 1 {
		errs.Add("cap", "%v is not between 0 and 1: a share of events", b.Cap)
	}
	if !(b.Floor >= 0) || b.Floor >= 1 {
		errs.Add("floor", "%v is not between 0 and 1: a share of events", b.Floor)
	}
	return errs
}

func (p Parameters) checkSLOs() (errs invalid.Errors) {
	var names []string
	for _, n := range slo.Names() {
		names = append(names, string(n))
	}
	for _, name := range p.slos() {
		if !slices.Contains(names, name) {
			errs.Add(name, "there is no such indicator: there are %s", strings.Join(names, ", "))
			continue
		}
		for i, limit := range p.SLOs[name].all() {
			errs.Under(name+"."+burnKeys()[i], Burns().All()[i].with(limit).checkLimits())
		}
	}
	return errs
}

func (w Weekend) validate() (errs invalid.Errors) {
	for i, day := range w.Days {
		if day < 0 || day > 6 {
			errs.Add(fmt.Sprintf("days[%d]", i), "%d is no day: 0 is Sunday, 6 is Saturday", day)
		}
	}
	if len(w.Days) == 7 {
		errs.Add("days", "has all seven days: no other day is left to compare with")
	}
	if w.UTCOffset < -12 || w.UTCOffset > 14 {
		errs.Add("utc_offset", "%d is not between -12 and 14 hours", w.UTCOffset)
	}
	return errs
}

func join(all []Severity) string {
	var texts []string
	for _, s := range all {
		texts = append(texts, string(s))
	}
	return strings.Join(texts, ", ")
}
