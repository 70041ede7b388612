package dcgm

import "github.com/prometheus/client_golang/prometheus"

// cadence says how often a field is read.
type cadence int

const (
	fast cadence = iota // each interval: explains the latency of this minute
	slow                // each slow interval: breaks once a month
)

// field is one DCGM field and the series made of it. Its number is the only stable name: DCGM 4.6
// renamed nearly all symbols, and dcgm-exporter 4.9 renamed its metrics after them.
// Source: dcgm_fields.h of go-dcgm v1.4611.2.
type field struct {
	id      uint16
	name    string // of the metric, without its prefix
	help    string
	kind    prometheus.ValueType
	unit    toBaseUnit // nil keeps the number
	label   string
	value   string // of the label
	cadence cadence
	unless  uint16 // a better field for the same quantity: while a GPU reports that one, this one has no series
	legacy  string // the name in dcgm-exporter up to 4.8, which keeps DCGM's own unit
}

const (
	gauge   = prometheus.GaugeValue
	counter = prometheus.CounterValue
)

// Fields that the code names one by one.
const (
	fieldDriver       = 1
	fieldModel        = 50
	fieldUUID         = 54
	fieldMinor        = 55
	fieldPCI          = 57
	fieldClockReasons = 112
	fieldXID          = 230
)

// toBaseUnit converts a number from DCGM's unit to the base unit. It divides where it can: 1500 / 1000
// is exactly 1.5, and 1500 * 0.001 is not.
type toBaseUnit func(float64) float64

func megahertz(v float64) float64   { return v * 1e6 }
func mebibytes(v float64) float64   { return v * (1 << 20) }
func millijoules(v float64) float64 { return v / 1e3 }
func nanoseconds(v float64) float64 { return v / 1e9 }

// percent is for field 203, which DCGM 4.6 calls GPU_UTIL_RATIO and still fills with 0 to 100.
func percent(v float64) float64 { return v / 100 }
