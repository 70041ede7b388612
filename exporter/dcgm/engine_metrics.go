package dcgm

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// engineMetrics are the series of a host engine besides those of its GPUs.
type engineMetrics struct {
	polls      *prometheus.HistogramVec
	reconnects *prometheus.CounterVec
	restarts   *prometheus.CounterVec
	errors     *prometheus.CounterVec

	up       *prometheus.Desc
	gpus     *prometheus.Desc
	lastPoll *prometheus.Desc
	build    *prometheus.Desc
	missing  *prometheus.Desc
}

func newEngineMetrics(engines Hostengines) *engineMetrics {
	m := &engineMetrics{
		polls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dcgm_poll_duration_seconds", Help: "Time that a host engine took to answer a poll.",
			Buckets: []float64{0.01, 0.1, 1, 10},
		}, []string{"hostengine"}),
		reconnects: engineCounter("dcgm_reconnects_total", "Sessions with a host engine after the first."),
		restarts:   engineCounter("dcgm_agent_restarts_total", "Child processes started after the first."),
		errors: engineCounter("dcgm_errors_total",
			"Failed sessions by what failed and DCGM's return code, or crash, silent, garbled, start, unknown.", "op", "code"),
		up:       engineDesc("dcgm_up", "1 while the host engine was polled within the last three intervals."),
		gpus:     engineDesc("dcgm_gpus", "GPUs of the host engine that are not lost."),
		lastPoll: engineDesc("dcgm_last_poll_timestamp_seconds", "When the host engine last answered a poll."),
		build: engineDesc("dcgm_build_info",
			"Versions of libdcgm and of the host engine; the library must not be the newer one.",
			"client_version", "hostengine_version"),
		missing: engineDesc("dcgm_field_unsupported",
			"1 for each field that no GPU of the host engine gives.", "field", "reason"),
	}
	for _, e := range engines {
		m.create(e.Name)
	}
	return m
}

func engineCounter(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help},
		append([]string{"hostengine"}, labels...))
}

func engineDesc(name, help string, labels ...string) *prometheus.Desc {
	return prometheus.NewDesc(name, help, append([]string{"hostengine"}, labels...), nil)
}

// create makes the counters of an engine, likely errors included, at zero, so that increase() sees the
// first event.
func (m *engineMetrics) create(engine string) {
	m.polls.WithLabelValues(engine)
	m.reconnects.WithLabelValues(engine)
	m.restarts.WithLabelValues(engine)
	for _, e := range [...][2]string{
		{opConnect, strconv.Itoa(codeConnection)},
		{opPoll, strconv.Itoa(codeConnection)},
		{opAgent, codeCrash},
		{opAgent, codeSilent},
	} {
		m.errors.WithLabelValues(engine, e[0], e[1])
	}
}

func (m *engineMetrics) vectors() []prometheus.Collector {
	return []prometheus.Collector{m.polls, m.reconnects, m.restarts, m.errors}
}

func (m *engineMetrics) describe(out chan<- *prometheus.Desc) {
	for _, v := range m.vectors() {
		v.Describe(out)
	}
	for _, desc := range [...]*prometheus.Desc{m.up, m.gpus, m.lastPoll, m.build, m.missing} {
		out <- desc
	}
}

// collect exports the state of an engine at an instant.
func (m *engineMetrics) collect(e *engineState, now time.Time, out chan<- prometheus.Metric) {
	v := e.latest.Load()
	up := 0.0
	if v.fresh(now, e.periods) {
		up = 1
		out <- metric(m.gpus, gauge, float64(v.gpusPresent()), []string{e.engine})
	}
	out <- metric(m.up, gauge, up, []string{e.engine})
	if !v.polled.IsZero() {
		out <- metric(m.lastPoll, gauge, float64(v.polled.UnixMilli())/1e3, []string{e.engine})
	}
	if v.connected {
		out <- metric(m.build, gauge, 1, []string{e.engine, v.session.Client, v.session.Hostengine})
	}
	for _, f := range v.missing {
		out <- metric(m.missing, gauge, 1, []string{e.engine, strconv.Itoa(int(f.Field)), f.Reason})
	}
}
