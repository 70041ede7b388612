package prober

// Observers tells each of its observers of every event, in their order.
type Observers []Observer

// Observe passes e on.
func (all Observers) Observe(e Event) {
	for _, o := range all {
		o.Observe(e)
	}
}
