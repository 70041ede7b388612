package metrics

import (
	"fmt"
	"slices"
	"strings"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/firsttoken/firsttoken/exporter/series"
)

// Catalogue lists every family that this package exposes under the name firsttoken_, sorted by name.
// The descriptors are made from the same values, so they cannot say anything else.
func Catalogue() ([]series.Family, error) {
	reg := prometheus.NewRegistry()
	_, targets := newTargets(reg, Options{})
	_, reloads := newReloads(reg)
	_, lists := newLists(reg)
	_, trust := newTrust(reg, TrustOptions{})
	_, lost := newLostResults(reg)
	spending := newBudget(reg, nil)
	var all []series.Family
	for _, s := range []*series.Registry{targets, reloads, lists, trust, lost, spending, newProcess(reg)} {
		if err := s.Err(); err != nil {
			return nil, fmt.Errorf("registering for the catalogue: %w", err)
		}
		all = append(all, s.Families()...)
	}
	slices.SortFunc(all, func(a, b series.Family) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}
