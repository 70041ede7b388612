package noise

import "slices"

// sorted is the quantile_over_time of a series: the values of its last hours, in order.
type sorted struct{ values []float64 }

func (s *sorted) insert(x float64) {
	i, _ := slices.BinarySearch(s.values, x)
	s.values = slices.Insert(s.values, i, x)
}

func (s *sorted) remove(x float64) {
	i, _ := slices.BinarySearch(s.values, x)
	s.values = slices.Delete(s.values, i, i+1)
}

// quantile interpolates as Prometheus does. There must be a value.
func (s *sorted) quantile(q float64) float64 {
	p := q * float64(len(s.values)-1)
	low := int(p)
	high := min(low+1, len(s.values)-1)
	return s.values[low] + (p-float64(low))*(s.values[high]-s.values[low])
}
