package simulator

import (
	"fmt"
	"slices"
	"strings"
)

// incidentKey is one key of an incident that belongs to some kinds only.
type incidentKey struct {
	name    string
	given   func(*Incident) bool
	problem func(*Incident) string // empty for a right value; a missing one is wrong
}

func incidentKeys() []incidentKey {
	return []incidentKey{
		{"ratio", func(i *Incident) bool { return i.Ratio != 0 }, (*Incident).ratioProblem},
		{"factor", func(i *Incident) bool { return i.Factor != 0 }, (*Incident).factorProblem},
		{
			"tokens", func(i *Incident) bool { return i.Tokens != 0 },
			above0(func(i *Incident) int64 { return int64(i.Tokens) }),
		},
		{"bytes", func(i *Incident) bool { return i.Bytes != 0 }, above0(func(i *Incident) int64 { return i.Bytes })},
		{"pause", func(i *Incident) bool { return i.Pause != 0 }, (*Incident).pauseProblem},
		{"status", func(i *Incident) bool { return i.Status != "" }, (*Incident).statusProblem},
		{"body", func(i *Incident) bool { return i.Body != "" }, (*Incident).bodyProblem},
		{"retry_after", func(i *Incident) bool { return i.RetryAfter != 0 }, never},
		{"reason", func(i *Incident) bool { return i.Reason != "" }, never},
		{"model", func(i *Incident) bool { return i.Model != "" }, (*Incident).modelProblem},
		{"fingerprint", func(i *Incident) bool { return i.Fingerprint != "" }, never},
		{"headers", func(i *Incident) bool { return len(i.Headers) > 0 }, (*Incident).headersProblem},
	}
}

func never(*Incident) string { return "" }

func above0(value func(*Incident) int64) func(*Incident) string {
	return func(i *Incident) string {
		if v := value(i); v <= 0 {
			return fmt.Sprintf("%d is not above 0", v)
		}
		return ""
	}
}

func (i *Incident) ratioProblem() string {
	if i.Ratio > 0 && i.Ratio <= 1 {
		return ""
	}
	return fmt.Sprintf("%v is not above 0 and at most 1", i.Ratio)
}

func (i *Incident) factorProblem() string {
	switch {
	case i.Kind == SmallKV && !(i.Factor > 0 && i.Factor <= 1):
		return fmt.Sprintf("%v is not above 0 and at most 1: it is the share that is left", i.Factor)
	case !(i.Factor > 0 && i.Factor <= 1e6): // NaN too
		return fmt.Sprintf("%v is not above 0 and at most 1e6", i.Factor)
	default:
		return ""
	}
}

func (i *Incident) pauseProblem() string {
	if i.Pause > 0 {
		return ""
	}
	return fmt.Sprintf("a %s needs a pause", i.Kind)
}

func (i *Incident) statusProblem() string {
	if _, known := i.Status.code(); known {
		return ""
	}
	return fmt.Sprintf("%q is neither %s nor a status from 400 to 599", i.Status, MidStream)
}

func (i *Incident) bodyProblem() string {
	if slices.Contains(bodies(), i.Body) {
		return ""
	}
	return fmt.Sprintf("%q is none of json, text, html, none", i.Body)
}

func (i *Incident) modelProblem() string {
	if i.Model != "" || i.Fingerprint != "" {
		return ""
	}
	return "a model_swap needs a model or a fingerprint"
}

// headersProblem keeps out what net/http would drop or change.
func (i *Incident) headersProblem() string {
	if len(i.Headers) == 0 {
		return "are missing"
	}
	for name, value := range i.Headers {
		if name == "" || strings.Trim(strings.ToLower(name), "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return fmt.Sprintf("%q is not the name of a header", name)
		}
		if strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return fmt.Sprintf("the value of %s has a control character", name)
		}
	}
	return ""
}
