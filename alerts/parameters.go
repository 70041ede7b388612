package alerts

import (
	"maps"
	"slices"
	"strings"
)

// Parameters are what a user of the rules may want otherwise. Everything in the rules that depends on them is a method
// of builder. `firsttoken rules` reads them from a file.
type Parameters struct {
	// Aggregation lists the labels that tell equal names of targets apart, most general first. Every rule about a target
	// keeps them. A label that no series has is empty in all of them, and so drops out.
	Aggregation []string `yaml:"aggregation"`
	// Replica is the label that tells probers apart that watch the same targets.
	Replica string `yaml:"replica"`
	// Probers is how many probers there should be for each set of values of Aggregation; 0 leaves that unchecked.
	Probers    int                 `yaml:"probers"`
	Severities map[string]Severity `yaml:"severities"` // of alerts by their full names, where they are not the usual ones
	Labels     map[string]Label    `yaml:"labels"`     // that every alert gets
	Links      Links               `yaml:"links"`
	Omit       []string            `yaml:"omit"` // full names of alerts, and groups, that are left out
	Burns      BurnTable           `yaml:"burns"`
	SLOs       map[string]Limits   `yaml:"slos"` // where an indicator alerts by other limits than those of Burns
	Weekend    Weekend             `yaml:"weekend"`
}

// Weekend says which days a baseline keeps apart from the others, and when days begin.
type Weekend struct {
	Days      []int `yaml:"days"`       // 0 is Sunday, as PromQL's day_of_week counts
	UTCOffset int   `yaml:"utc_offset"` // hours that the users' clock is ahead of UTC
}

const defaultAggregation = "cluster, region, job"

// Defaults are the parameters of the rules that are committed beside this package.
func Defaults() Parameters {
	return Parameters{
		Aggregation: strings.Split(defaultAggregation, ", "),
		Replica:     "instance",
		Links:       defaultLinks(),
		Burns:       Burns(),
		Weekend:     Weekend{Days: []int{0, 6}},
	}
}

// places are the labels of Aggregation that series of other jobs have as well.
func (p Parameters) places() []string {
	if slices.Equal(p.Aggregation, []string{aggregationMark}) {
		return []string{placesMark}
	}
	return slices.DeleteFunc(slices.Clone(p.Aggregation), func(label string) bool { return label == "job" })
}

// slos are the indicators that have limits of their own, in order.
func (p Parameters) slos() []string { return slices.Sorted(maps.Keys(p.SLOs)) }
