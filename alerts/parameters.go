package alerts

import "strings"

// Parameters are what a user of the rules may want otherwise. Everything in the rules that depends on them is a method
// of builder.
type Parameters struct {
	// Aggregation lists the labels that tell equal names of targets apart, most general first. Every rule about a target
	// keeps them. A label that no series has is empty in all of them, and so drops out.
	Aggregation []string
	// Replica is the label that tells probers apart that watch the same targets.
	Replica string
	// Probers is how many probers there should be for each set of values of Aggregation; 0 leaves that unchecked.
	Probers    int
	Links      Links
	Severities map[string]Severity // of alerts by their full names, where they are not the usual ones
	Omit       []string            // full names of alerts that are left out
	Burns      BurnTable
	Weekend    Weekend
}

// Weekend says which days a baseline keeps apart from the others, and when days begin.
type Weekend struct {
	Days      []int // 0 is Sunday, as PromQL's day_of_week counts
	UTCOffset int   // hours that the users' clock is ahead of UTC
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
