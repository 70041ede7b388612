package alerts

import "time"

// configurationsFor is longer than a rollout of one replica after another.
const configurationsFor = 15 * time.Minute

// configurationsDiffer compares probers that have a target in common. Shards have none, and may differ.
func (b builder) configurationsDiffer() alert {
	return alert{
		name: "ConfigurationsDiffer", severity: Ticket, component: prober,
		expr: b.fill(`
count by ($byGroup) (
  count by ($byTarget) (
    count_values by ($byTarget) (
      "hash",
      max by ($byInstance, target) (firsttoken_consecutive_failures) * 0
      + on ($byInstance) group_left ()
      max by ($byInstance) (firsttoken_config_hash)
    )
  ) > 1
)`, nil),
		wait:    configurationsFor,
		summary: "Probers of the same targets run on different configurations",
		details: "{{ $value }} targets are probed by several probers that do not have the same configuration, so that" +
			" their numbers are added up and mean different things.",
		by:        b.byGroup,
		action:    "Compare /config of the probers, and finish the rollout, or reload the one that has the old file.",
		dashboard: fleetDashboard,
	}
}
