package dcgm

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// health is what the supervisors count, and what is said of an engine besides its GPUs.
type health struct {
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

func newHealth(engines Hostengines) *health {
	engine := []string{"hostengine"}
	h := &health{
		polls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "dcgm_poll_duration_seconds", Help: "Time that a host engine took to answer a poll.",
			Buckets: []float64{0.01, 0.1, 1, 10},
		}, engine),
		reconnects: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dcgm_reconnects_total", Help: "Sessions with a host engine after the first.",
		}, engine),
		restarts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dcgm_agent_restarts_total", Help: "Child processes started after the first.",
		}, engine),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "dcgm_errors_total", Help: "Failed sessions by what failed and DCGM's return code, or crash, silent, garbled, start, unknown.",
		}, []string{"hostengine", "op", "code"}),
		up:       prometheus.NewDesc("dcgm_up", "1 while the host engine was polled within the last three intervals.", engine, nil),
		gpus:     prometheus.NewDesc("dcgm_gpus", "GPUs of the host engine that are not lost.", engine, nil),
		lastPoll: prometheus.NewDesc("dcgm_last_poll_timestamp_seconds", "When the host engine last answered a poll.", engine, nil),
		build:    prometheus.NewDesc("dcgm_build_info", "Versions of libdcgm and of the host engine; the library must not be the newer one.", []string{"hostengine", "client_version", "hostengine_version"}, nil),
		missing:  prometheus.NewDesc("dcgm_field_unsupported", "1 for each field that no GPU of the host engine gives.", []string{"hostengine", "field", "reason"}, nil),
	}
	for _, e := range engines {
		h.born(e.Name)
	}
	return h
}

// born makes the counters of an engine at zero, the likely errors included, so that the first one
// is seen by increase().
func (h *health) born(engine string) {
	h.polls.WithLabelValues(engine)
	h.reconnects.WithLabelValues(engine)
	h.restarts.WithLabelValues(engine)
	for _, e := range [...][2]string{
		{opConnect, strconv.Itoa(codeConnection)}, {opPoll, strconv.Itoa(codeConnection)},
		{opAgent, codeCrash}, {opAgent, codeSilent},
	} {
		h.errors.WithLabelValues(engine, e[0], e[1])
	}
}

func (h *health) vectors() []prometheus.Collector {
	return []prometheus.Collector{h.polls, h.reconnects, h.restarts, h.errors}
}

func (h *health) describe(out chan<- *prometheus.Desc) {
	for _, v := range h.vectors() {
		v.Describe(out)
	}
	for _, desc := range [...]*prometheus.Desc{h.up, h.gpus, h.lastPoll, h.build, h.missing} {
		out <- desc
	}
}

// collect says how an engine is at an instant.
func (h *health) collect(b *board, now time.Time, out chan<- prometheus.Metric) {
	v := b.view.Load()
	up := 0.0
	if v.fresh(now, b.periods) {
		up = 1
		out <- metric(h.gpus, gauge, float64(v.answering()), []string{b.engine})
	}
	out <- metric(h.up, gauge, up, []string{b.engine})
	if !v.polled.IsZero() {
		out <- metric(h.lastPoll, gauge, float64(v.polled.UnixMilli())/1e3, []string{b.engine})
	}
	if v.connected {
		out <- metric(h.build, gauge, 1, []string{b.engine, v.session.Client, v.session.Hostengine})
	}
	for _, m := range v.missing {
		out <- metric(h.missing, gauge, 1, []string{b.engine, strconv.Itoa(int(m.Field)), m.Reason})
	}
}
