package prober

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/common/model"

	"github.com/firsttoken/firsttoken/internal/invalid"
	"github.com/firsttoken/firsttoken/prober/slo"
)

// Validate returns every problem of the target, by the keys of the configuration file. It needs no
// clock: the caller checks whether the end of a load has passed.
func (t Target) Validate() invalid.Errors {
	var errs invalid.Errors
	validateName(&errs, t.Name)
	validateLabels(&errs, t.Labels)
	errs.Under("", t.Endpoint.Validate())
	errs.Under("load", t.Load.Validate())
	errs.Under("workload", t.Workload.Validate())
	t.validateSLOs(&errs)
	errs.Under("", t.Infrastructure.Validate())
	if t.Prices != nil {
		errs.Under("prices", t.Prices.Validate())
	}
	errs.Under("budget", t.validateBudget())
	for i, w := range t.Maintenance {
		errs.Under(item("maintenance", i), w.Validate())
	}
	return errs
}

// Validate returns every problem of the load.
func (l Load) Validate() invalid.Errors {
	var errs invalid.Errors
	if l.Profile != "" && !slices.Contains(Profiles(), l.Profile) {
		errs.Add("profile", "unknown profile %q: one of %s", l.Profile, strings.Join(Profiles(), ", "))
	}
	if !positive(l.TokensPerMinute) {
		errs.Add("tokens_per_minute", "%v is not above 0", l.TokensPerMinute)
	}
	if !positive(l.ArrivalShape) || l.ArrivalShape < minShape || l.ArrivalShape > maxShape {
		errs.Add("arrival_shape", "%v is not between %v and %v: 1 is Poisson, more is more regular",
			l.ArrivalShape, minShape, maxShape)
	}
	if l.MaxInFlight < 1 {
		errs.Add("max_in_flight", "%d is below 1", l.MaxInFlight)
	}
	if l.MaxSessions < 0 {
		errs.Add("max_sessions", "%d is below 1; leave it out for as many as the load needs", l.MaxSessions)
	}
	if l.MaxResidentTokens < 0 {
		errs.Add("max_resident_tokens", "%d is below 1; leave it out for a multiple of what the load needs",
			l.MaxResidentTokens)
	}
	if l.Profile == ProfileLoad && l.Until.IsZero() {
		errs.Add("until", "is missing: the load profile must say when it ends")
	}
	return errs
}

// The range of Load.ArrivalShape: from bursts to a metronome.
const (
	minShape = 0.1
	maxShape = 1000.0
)

func (t Target) validateSLOs(errs *invalid.Errors) {
	for _, name := range slices.Sorted(maps.Keys(t.SLOs)) {
		path, o := "slos."+string(name), t.SLOs[name]
		if !name.Known() {
			errs.Add(path, "unknown slo")
			continue
		}
		if !(o.Ratio > 0 && o.Ratio < 1) {
			errs.Add(path+".objective", "%v%% is not between 0%% and 100%%", o.Ratio*100)
		}
		t.validateThreshold(errs, name, o)
	}
}

// longestWait is how long a request waits for its first token.
func (t Target) longestWait() time.Duration {
	if t.FirstTokenTimeout == 0 {
		return time.Duration(t.Timeout)
	}
	return time.Duration(min(t.FirstTokenTimeout, t.Timeout))
}

func (t Target) validateThreshold(errs *invalid.Errors, name slo.Name, o slo.Objective) {
	path, timeout := "slos."+string(name)+".threshold", t.longestWait()
	switch {
	case !name.HasThreshold() && o.Threshold != 0:
		errs.Add(path, "%s has no threshold", name)
	case name.HasThreshold() && !positive(o.Threshold):
		errs.Add(path, "%v is not above 0", o.Threshold)
	case name == slo.TTFT && o.Threshold > timeout.Seconds():
		errs.Add(path, "%s is above the longest wait for a first token, %s", seconds(o.Threshold), model.Duration(timeout))
	}
}

func seconds(s float64) string { return model.Duration(s * float64(time.Second)).String() }

func positive(f float64) bool { return f > 0 && !math.IsInf(f, 0) }

// maxName keeps a name readable in a legend and in a URL.
const maxName = 100

func validateName(errs *invalid.Errors, name string) {
	switch {
	case name == "":
		errs.Add("name", "is missing")
	case len(name) > maxName:
		errs.Add("name", "%d characters are more than %d", len(name), maxName)
	case strings.ContainsFunc(name, func(r rune) bool { return !LegalInName(r) }):
		errs.Add("name", "%q: only letters, digits and _ . : - are allowed", name)
	}
}

// LegalInName reports whether the name of a target may contain r.
func LegalInName(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_.:-", r)
}

// reserved lists the labels of firsttoken_target_info that are not the user's, and those that a
// Prometheus server attaches itself.
func reserved() []string {
	return []string{"target", "api", "model", "engine", "region", "tier", "job", "instance"}
}

func validateLabels(errs *invalid.Errors, labels map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(labels)) {
		path := "labels." + name
		switch {
		case slices.Contains(reserved(), name):
			errs.Add(path, "the name is taken: %s are set by firsttoken or by Prometheus", strings.Join(reserved(), ", "))
		case !model.LegacyValidation.IsValidLabelName(name) || strings.HasPrefix(name, "__"):
			errs.Add(path, "is no label name: letters, digits and _, not a digit first, not __ first")
		case !model.LabelValue(labels[name]).IsValid():
			errs.Add(path, "the value is not UTF-8")
		}
	}
}

// duplicates reports the first name that two targets have.
func duplicates(targets []Target) error {
	seen := make(map[string]bool, len(targets))
	for _, t := range targets {
		if seen[t.Name] {
			return fmt.Errorf("two targets are named %q", t.Name)
		}
		seen[t.Name] = true
	}
	return nil
}
